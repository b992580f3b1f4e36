-module(effects_order).
-export([main/0]).
-include("../../t.hrl").

main() ->
    put(o, []), L = fun(X) -> put(o, [X | get(o)]), X end, _ = [L({A, B}) || A <- L([1, 2]), B <- L([A * 10])], ?P(lists:reverse(get(o))), put(o, []), _ = [L(x) || _ <- [1, 2, 3]], ok = foreach(L), ?P(lists:reverse(get(o))), ?P(qs([3, 1, 2, 5, 4])), ?P(perms([1, 2, 3])), ?P(queens(6)).

foreach(L) -> _ = << <<(L(X))>> || X <- [7, 8] >>, ok.
qs([]) -> [];
qs([P | T]) -> qs([X || X <- T, X < P]) ++ [P] ++ qs([X || X <- T, X >= P]).
perms([]) -> [[]];
perms(L) -> [[H | T] || H <- L, T <- perms(L -- [H])].
queens(N) -> q(N, N).
q(0, _) -> [[]];
q(K, N) -> [[C | Qs] || Qs <- q(K - 1, N), C <- lists:seq(1, N), safe(C, 1, Qs)].
safe(_, _, []) -> true;
safe(C, D, [Q | Qs]) -> C =/= Q andalso abs(C - Q) =/= D andalso safe(C, D + 1, Qs).
