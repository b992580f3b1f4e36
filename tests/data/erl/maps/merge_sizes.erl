-module(merge_sizes).
-export([main/0]).
-include("../../t.hrl").

main() ->
    Sizes = [0, 1, 5, 31, 32, 33, 60, 500],
    [begin A = mk(a, I, 0), B = mk(b, J, I div 2), C = maps:merge(A, B), true = map_size(C) =:= length(lists:usort(maps:keys(A) ++ maps:keys(B))), true = lists:all(fun({K, V}) -> maps:get(K, C) =:= V end, maps:to_list(B)), true = maps:with(maps:keys(A), B) =:= maps:intersect(A, B), true = C =:= maps:from_list(maps:to_list(A) ++ maps:to_list(B)), true = maps:without(maps:keys(B), C) =:= maps:without(maps:keys(B), A) end || I <- Sizes, J <- Sizes],
    M = mk(x, 100, 0), ?P(maps:merge(M, M) =:= M), ?P(maps:merge(M, #{}) =:= M), ?P(erts_debug:same(maps:merge(M, #{}), M)), ?P(erts_debug:same(maps:put(1, x, M), M)), ?P(erts_debug:same(maps:remove(nokey, M), M)).

mk(V, N, From) -> maps:from_list([{K, V} || K <- lists:seq(From + 1, From + N)]).
