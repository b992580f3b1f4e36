%% How fast does `lists` sort?
-module(sorting).
-export([scale/0, run/1]).

scale() -> 40.

run(Rounds) -> run(Rounds, numbers(5000, 17), 0).

run(0, _, Sum) -> Sum;
run(Rounds, Numbers, Sum) ->
    Tuples = [{N rem 100, N} || N <- Numbers],
    Sorted = lists:sort(Numbers),
    Sums = [hd(Sorted), length(lists:usort(Numbers)), element(2, hd(lists:keysort(1, Tuples))),
            element(2, hd(lists:sort(Tuples))), hd(lists:sort(fun(A, B) -> A >= B end, Numbers)), hd(lists:sort(Sorted)),
            hd(lists:reverse(Sorted)), length(lists:umerge(Sorted, Sorted))],
    run(Rounds - 1, Numbers, Sum + lists:sum(Sums)).

numbers(0, _) -> [];
numbers(N, Seed) ->
    Next = (Seed * 1103515245 + 12345) band 16#7fffffff,
    [Next | numbers(N - 1, Next)].
