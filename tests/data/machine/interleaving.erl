%% Five processes take steps, two race for a counter. What they did, in the order in which it happened, and what came out.
-module(interleaving).
-export([main/0]).

main() ->
    T = ets:new(t, [public, ordered_set]),
    all([fun() -> steps(T, I, 20) end || I <- lists:seq(1, 5)]),
    io:format("~w ~w ~w~n", [[I || {_, I} <- ets:tab2list(T)], erlang:monotonic_time(), rand:uniform(1000000)]),
    ets:insert(T, {counter, 0}),
    all([fun() -> add(T, 10) end || _ <- [1, 2]]),
    io:format("counter ~w~n", [ets:lookup_element(T, counter, 2)]),
    halt().

all(Funs) ->
    Monitors = [element(2, spawn_monitor(Fun)) || Fun <- Funs],
    [receive {'DOWN', M, _, _, normal} -> ok end || M <- Monitors].

steps(_, _, 0) -> ok;
steps(T, I, N) ->
    ets:insert(T, {erlang:unique_integer([monotonic]), I}),
    N rem 5 =:= 0 andalso timer:sleep(I),
    steps(T, I, N - 1).

%% Reads, waits a little, writes: what the other one has added meanwhile is lost.
add(_, 0) -> ok;
add(T, N) ->
    Value = ets:lookup_element(T, counter, 2),
    lists:sum(lists:seq(1, 50)),
    ets:insert(T, {counter, Value + 1}),
    add(T, N - 1).
