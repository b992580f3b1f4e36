%% How fast are lists taken apart and built by a program's own functions?
-module(lists_own).
-export([scale/0, run/1]).

scale() -> 120.

run(Rounds) -> run(Rounds, 0).

run(0, Sum) -> Sum;
run(Rounds, Sum) ->
    List = iota(700, []),
    [Last | _] = naive_reverse(List),
    Sorted = quicksort(shuffled(3000, Rounds, [])),
    Squares = [X * X || X <- iota(10000, []), X rem 3 =/= 0],
    run(Rounds - 1, Sum + Last + length(Sorted) + total(Squares, 0) + queens(6)).

iota(0, List) -> List;
iota(N, List) -> iota(N - 1, [N | List]).

naive_reverse([]) -> [];
naive_reverse([Head | Tail]) -> append(naive_reverse(Tail), [Head]).

append([], Tail) -> Tail;
append([Head | Rest], Tail) -> [Head | append(Rest, Tail)].

shuffled(0, _, List) -> List;
shuffled(N, Seed, List) -> shuffled(N - 1, (Seed * 1103515245 + 12345) band 16#7fffffff, [Seed | List]).

quicksort([]) -> [];
quicksort([Pivot | Rest]) -> quicksort([X || X <- Rest, X < Pivot]) ++ [Pivot | quicksort([X || X <- Rest, X >= Pivot])].

total([], Sum) -> Sum;
total([X | Rest], Sum) -> total(Rest, Sum + X).

queens(Size) -> length(queens(Size, Size)).

queens(_, 0) -> [[]];
queens(Size, Row) -> [[Column | Board] || Board <- queens(Size, Row - 1), Column <- iota(Size, []), safe(Column, Board, 1)].

safe(_, [], _) -> true;
safe(Column, [Other | Board], Distance) ->
    Column =/= Other andalso abs(Column - Other) =/= Distance andalso safe(Column, Board, Distance + 1).
