-module(select_partially_bound).
-export([main/0]).
-include("../../t.hrl").

main() ->
    T = ets:new(t, [ordered_set]), ets:insert(T, [{{A, B}, A + B} || A <- lists:seq(1, 20), B <- lists:seq(1, 20)]), ?P(ets:select(T, [{{{3, '$1'}, '_'}, [{'<', '$1', 4}], ['$1']}])), ?P(ets:match_object(T, {{5, 6}, '_'})), ?P(length(ets:match(T, {{7, '_'}, '$1'}))), ?P(length(ets:match(T, {{'_', 7}, '$1'}))), ?P(element(1, ets:select(T, [{{{4, '$1'}, '_'}, [], ['$1']}], 5))), ?P(element(1, ets:select_reverse(T, [{{{4, '$1'}, '_'}, [], ['$1']}], 5))), ?P(ets:select_count(T, [{{{4, '_'}, '_'}, [], [true]}])), ?P(ets:select_delete(T, [{{{4, '_'}, '_'}, [], [true]}, {{{6, '_'}, '_'}, [], [true]}])), ?P(ets:info(T, size)), L = ets:new(l, [ordered_set]), ets:insert(L, [{[a, X | Y]} || X <- [1, 2, 3], Y <- [[], [z]]]), ?P(ets:match(L, {[a, 2 | '$1']})), N = ets:new(n, [ordered_set]), ets:insert(N, [{1.0, f}, {2, i}, {{1, x}, t}]), ?P(ets:lookup(N, 1)), ?P(ets:match(N, {1, '$1'})), ?P(ets:match(N, {1.0, '$1'})), ?P(ets:select(N, [{{{1.0, '$1'}, '_'}, [], ['$1']}])), ?P(ets:select(N, [{{'$1', '_'}, [{'==', '$1', 1}], ['$_']}])).
