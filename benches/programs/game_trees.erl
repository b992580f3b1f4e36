%% binary trees: how fast are many short trees made beside a long one that stays?
-module(game_trees).
-export([scale/0, run/1]).

scale() -> 40.

run(0) -> 0;
run(Rounds) ->
    Long = make(14),
    Sum = lists:sum([short(1 bsl (12 - Depth + 4), Depth, 0) || Depth <- lists:seq(4, 12, 4)]),
    32767 = check(Long),
    Sum + run(Rounds - 1).

short(0, _, Sum) -> Sum;
short(N, Depth, Sum) -> short(N - 1, Depth, Sum + check(make(Depth))).

make(0) -> {none, none};
make(Depth) -> {make(Depth - 1), make(Depth - 1)}.

check({none, none}) -> 1;
check({Left, Right}) -> check(Left) + check(Right) + 1.
