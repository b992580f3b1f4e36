-module(sort_stability).
-export([main/0]).
-include("../../t.hrl").

main() ->
    L = [{K rem 3, K} || K <- lists:seq(1, 12)],
    ?P(lists:keysort(1, L)), ?P(lists:ukeysort(1, L)), ?P(lists:sort(fun({A, _}, {B, _}) -> A =< B end, L)), ?P(lists:usort(fun({A, _}, {B, _}) -> A =< B end, L)),
    ?P(lists:keysort(1, [{1.0, a}, {1, b}, {1.0, c}, {0, d}])), ?P(lists:umerge([1, 2, 4], [1.0, 3])), ?P(lists:merge3([1, 4], [2, 5], [3, 6])), ?P(lists:keymerge(1, [{1, a}, {3, b}], [{2, c}, {3, d}])),
    Random = fun R(0, _) -> []; R(N, S) -> S1 = (S * 1103515245 + 12345) band 16#7fffffff, [S1 bsr 8 | R(N - 1, S1)] end,
    Big = Random(20000, 42), Sorted = lists:sort(Big),
    ?P(erlang:phash2(Sorted)), ?P(is_sorted(Sorted)), ?P(lists:reverse(lists:sort(fun(A, B) -> A >= B end, Big)) =:= Sorted), ?P(length(lists:usort(Big)) =:= sets:size(sets:from_list(Big))).

is_sorted([A, B | T]) when A =< B -> is_sorted([B | T]);
is_sorted([_, _ | _]) -> false;
is_sorted(_) -> true.
