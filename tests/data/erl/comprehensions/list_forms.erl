-module(list_forms).
-export([main/0]).
-include("../../t.hrl").

main() ->
    ?P([X || X <- []]), ?P([X * Y || X <- [1, 2, 3], Y <- [10, 20], X =/= 2]), ?P([{X, Y} || X <- lists:seq(1, 4), Y <- lists:seq(X, 4), X + Y =:= 5]), ?P([X || {ok, X} <- ?I([{ok, 1}, {error, 2}, {ok, 3}])]), ?P([[Y || Y <- X] || X <- ["ab", "c"]]), ?P([X || X <- [1, 2, 3], begin Z = X * 2, Z > 2 end]), ?P([X || X <- ?I([1, a, 2]), is_integer(X), X > 1]), ?P([F(1) || F <- [fun(X) -> X + 1 end, fun(X) -> -X end]]), ?P(length([1 || _ <- lists:seq(1, 1000), _ <- lists:seq(1, 100)])), ?P([X || X <- [1, 2], true]), ?P([X || X <- [1, 2], false]), ?P([{I, J, K} || I <- [1, 2], J <- [a], K <- [x, y]]), X = outer, ?P([X || X <- [inner]]), ?P(X), ?X([Y || Y <- ?I(a)]), ?X([Y || Y <- ?I([1 | b])]), ?X([Y || Y <- [1], ?I(notbool)]), ?X([hd(Y) || Y <- ?I([[1], []])]), ?P([Y || Y <- [1, 2, 3], Y rem 2 =:= 1 orelse Y =:= 2]).
