%% since: 29
%% `hibernate/0` collects everything where it is, and goes on there.
-module(hibernate_in_place).
-export([main/0]).

main() ->
    [t:p(Depth, run(Depth)) || Depth <- [0, 10, 600]],
    t:p(message, begin self() ! first, [erlang:hibernate(), receive M -> M end] end),
    t:p(apply, begin self() ! second, [apply(erlang, t:id(hibernate), []), receive M2 -> M2 end] end).

run(Depth) ->
    Self = self(),
    {Pid, Ref} = spawn_monitor(fun() -> deep(Depth, lists:seq(1, 200), Self) end),
    receive {Pid, ready} -> ok end,
    timer:sleep(100),
    [{status, Status}, {current_function, Where}, {current_stacktrace, Stack}, {total_heap_size, Size}, {messages, Messages}] =
        process_info(Pid, [status, current_function, current_stacktrace, total_heap_size, messages]),
    Pid ! {say, hello},
    Said = receive {Pid, What} -> What end,
    receive {'DOWN', Ref, _, _, Why} -> {Status, Where, [{F, A} || {?MODULE, F, A, _} <- Stack], Size < 1024 + 4 * Depth, Messages, Said, Why} end.

deep(0, Data, Self) ->
    Self ! {self(), ready},
    ok = erlang:hibernate(),
    receive {say, What} -> Self ! {self(), {What, lists:sum(Data), [X * 2 || X <- Data, X < 3]}} end,
    ok;
deep(N, Data, Self) ->
    ok = deep(N - 1, Data, Self),
    ok.
