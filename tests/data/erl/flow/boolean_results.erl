-module(boolean_results).
-export([main/0]).
-include("../../t.hrl").

main() ->
    Xs = ?I([0, 1, 2, 3]), ?P([X > 1 || X <- Xs]), ?P([X =:= 1 orelse X =:= 3 || X <- Xs]), ?P([not (X > 1) || X <- Xs]), ?P([(X > 0) and (X < 3) || X <- Xs]), ?P([(X > 0) xor (X > 2) || X <- Xs]), ?P([is_integer(X) andalso X rem 2 || X <- Xs]), ?P([{X == 1.0, X /= 1.0, X =< 1, X >= 1, X =:= 1.0, X =/= 1} || X <- Xs]), ?P([case X > 1 of true -> a; false -> b end || X <- Xs]), ?P([if X < 1 -> l; X < 2; X =:= 3 -> m; true -> h end || X <- Xs]), ?P(lists:filter(fun(X) -> X > 1 end, Xs)), ?P([max(X, 2) - min(X, 2) || X <- Xs]), ?P(all(Xs)), ?P([true || true]), ?P(b(true, false)), ?P(b(false, x)).

all([X | T]) -> X >= 0 andalso all(T); all([]) -> true.
b(A, B) -> A andalso (B orelse x).
