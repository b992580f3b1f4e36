-module(traversal).
-export([main/0]).
-include("../../t.hrl").

main() ->
    T = ets:new(t, [ordered_set]), ets:insert(T, [{K, K * K} || K <- [5, 3, 9, 1, 7]]), ?P(ets:first(T)), ?P(ets:last(T)), ?P(ets:next(T, 3)), ?P(ets:next(T, 4)), ?P(ets:next(T, 9)), ?P(ets:prev(T, 3)), ?P(ets:prev(T, 1)), ?P(ets:prev(T, 100)), ?P(ets:tab2list(T)), ?P(ets:first(ets:new(e, []))), ?P(ets:foldl(fun({K, _}, A) -> [K | A] end, [], T)), ?P(ets:foldr(fun({K, _}, A) -> [K | A] end, [], T)), S = ets:new(s, [set]), ets:insert(S, [{I, x} || I <- lists:seq(1, 500)]), ?P(length(walk(S, ets:first(S)))), ?P(lists:sort(walk(S, ets:first(S))) =:= lists:seq(1, 500)), ?X(ets:next(S, nokey)), ?X(ets:prev(S, nokey)), ?P(ets:slot(T, 0)), ?P(ets:slot(T, 5)), ?X(ets:slot(T, 100)), ?P(lists:sum([length(ets:slot(S, I)) || I <- lists:seq(0, slots(S, 0) - 1)])), M = ets:new(mixed, [ordered_set]), ets:insert(M, [{K} || K <- [b, 1, {}, "s", 1.5, <<"b">>, [], #{}, a, self()]]), ?P([K || {K} <- ets:tab2list(M)]), ?P(ets:next(M, 1)), ?P(ets:next(M, zzz)), ets:safe_fixtable(S, true), F = ets:first(S), ets:delete(S, F), ?P(ets:next(S, F) =/= F), ets:safe_fixtable(S, false), ?X(ets:safe_fixtable(S, x)), ?P(lists:usort([ets:delete(S, K) || {K, _} <- ets:tab2list(S)])), ?P(ets:info(S, size)).

walk(_, '$end_of_table') -> [];
walk(T, K) -> [K | walk(T, ets:next(T, K))].
slots(T, N) -> case ets:slot(T, N) of '$end_of_table' -> N; _ -> slots(T, N + 1) end.
