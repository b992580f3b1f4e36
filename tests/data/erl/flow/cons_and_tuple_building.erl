-module(cons_and_tuple_building).
-export([main/0]).
-include("../../t.hrl").

main() ->
    L = ?I([1, 2]), ?P([0 | L]), ?P([[L | L], L]), ?P({L, {L}, [L]}), ?P(tl(hd([[L | a]]))), ?P(zip([1, 2, 3], [a, b, c])), ?P([X | Y] = [1 | 2]), ?P({X, Y}), ?P(flat([1, [2, [3, [], 4]], [[[5]]]])), ?P(lists:foldr(fun(A, B) -> [A | B] end, tail, [1, 2])), T = list_to_tuple(lists:seq(1, 100)), ?P(element(57, T)), ?P({a, b} =:= {?I(a), b}), ?P(trees(8)), ?P(count(trees(12))), ?P([[] | []]), ?P({{}, {{}}, []}), ?P("abc" ++ [0 | "def"]).

zip([A | As], [B | Bs]) -> [{A, B} | zip(As, Bs)]; zip([], []) -> [].
flat([]) -> []; flat([H | T]) when is_list(H) -> flat(H) ++ flat(T); flat([H | T]) -> [H | flat(T)].
trees(0) -> leaf; trees(N) when N < 5 -> {trees(N - 1), trees(N - 1)}; trees(N) -> {trees(N - 4), N, trees(N - 4)}.
count(leaf) -> 1; count({A, B}) -> count(A) + count(B); count({A, _, B}) -> count(A) + count(B) + 1.
