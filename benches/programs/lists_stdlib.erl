%% How fast do the functions of `lists` run, those in Erlang and those in the machine?
-module(lists_stdlib).
-export([scale/0, run/1]).

scale() -> 12.

run(Rounds) -> run(Rounds, 0).

run(0, Sum) -> Sum;
run(Rounds, Sum) ->
    Numbers = numbers(20000, Rounds, []),
    Pairs = lists:zip(Numbers, lists:seq(1, 20000)),
    Sorted = lists:sort(Numbers),
    ByKey = lists:keysort(2, lists:ukeysort(1, Pairs)),
    Merged = lists:merge(lists:seq(1, 20000, 2), lists:seq(2, 20000, 2)),
    {Small, Large} = lists:partition(fun(X) -> X < 16#3fffffff end, Numbers),
    Reversed = lists:reverse(lists:append(Small, Large)),
    Flat = lists:flatten([[X, [Y, [X]]] || {X, Y} <- ByKey]),
    Found = length([X || X <- lists:seq(1, 200), lists:member(X * 90, Merged)]),
    Keys = length([X || X <- lists:seq(1, 100), lists:keymember(X * 100, 2, Pairs)]),
    Joined = length(lists:concat(lists:join(", ", [a, b, 12, "def"]))),
    Numbered = lists:foldl(fun({_, N}, Total) -> Total + N end, 0, ByKey),
    run(Rounds - 1, Sum + hd(Sorted) + length(Flat) + length(Reversed) + Found + Keys + Joined + Numbered + lists:nth(5000, Merged) + lists:max(Numbers)).

numbers(0, _, List) -> List;
numbers(N, Seed, List) -> numbers(N - 1, (Seed * 1103515245 + 12345) band 16#7fffffff, [Seed | List]).
