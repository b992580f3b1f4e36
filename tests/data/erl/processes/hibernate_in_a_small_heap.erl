%% A process that hibernates has a heap of just the size that it needs, and a usual one when it has gone on.
-module(hibernate_in_a_small_heap).
-export([main/0, wait/1]).

main() ->
    [round_of(N) || N <- [0, 10, 100, 1000, 5000]],
    t:x(fun() -> erlang:hibernate(x, y, lists:duplicate(5122, x)) end),
    t:x(fun() -> erlang:hibernate(x, y, t:id([a | b])) end).

round_of(N) ->
    Pid = spawn(fun() -> erlang:hibernate(?MODULE, wait, [lists:seq(1, N)]) end),
    [begin
         t:wait(fun() -> process_info(Pid, current_function) =:= {current_function, {erlang, hibernate, 3}} end),
         [{heap_size, Heap}, {total_heap_size, Total}] = process_info(Pid, [heap_size, total_heap_size]),
         Needed = erts_debug:size([lists:seq(1, N)]),
         Pid ! {self(), length},
         receive {Pid, Length} -> ok end,
         t:p({N, Round}, {Heap =:= Total, Heap >= 2 * N, Heap =< Needed + 8, Length})
     end || Round <- [1, 2, 3]],
    exit(Pid, kill).

wait(List) ->
    receive {From, length} -> From ! {self(), length([X + 1 || X <- List])} end,
    erlang:hibernate(?MODULE, wait, [List]).
