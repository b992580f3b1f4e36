%% since: 27
-module(ordered_iterator).
-export([main/0]).
-include("../../t.hrl").

main() ->
    M = maps:from_list([{K, x} || K <- [c, a, b, 3, 1, 2.5, {}, []]]), ?P(maps:to_list(maps:iterator(M, ordered))), ?P(maps:to_list(maps:iterator(M, reversed))), ?P(maps:to_list(maps:iterator(M, fun(A, B) -> A >= B end)) =:= maps:to_list(maps:iterator(M, reversed))), ?P(lists:sort(maps:to_list(maps:iterator(M, undefined)))), ?X(maps:iterator(M, ?I(x))), io:format("~kp ~Kp ~kw~n", [M, fun(A, B) -> A >= B end, M, M]), io:format("~p~n", [[K || K := _ <- maps:iterator(M, ordered)]]).
