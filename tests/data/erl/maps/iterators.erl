-module(iterators).
-export([main/0]).
-include("../../t.hrl").

main() ->
    M = ?I(#{a => 1, b => 2, c => 3}), Big = maps:from_list([{K, K} || K <- lists:seq(1, 200)]),
    ?P(lists:sort(walk(maps:next(maps:iterator(M))))), ?P(lists:sum([V || {_, V} <- walk(maps:next(maps:iterator(Big)))])), ?P(maps:next(maps:iterator(#{}))), ?P(maps:iterator(#{})), ?P(lists:sort(walk(maps:next(maps:iterator(Big)))) =:= lists:sort(maps:to_list(Big))), ?P(maps:map(fun(_, V) -> V * 2 end, maps:iterator(M))), ?P(maps:filter(fun(_, V) -> V > 2 end, maps:iterator(M))), ?P(maps:fold(fun(_, V, A) -> V + A end, 0, maps:iterator(Big))), ?X(maps:next(?I(x))), ?X(maps:iterator(?I(x))), ?X(maps:next(?I([1 | 2]))),
    %% An iterator of a map that changed since.
    It = maps:iterator(Big), {_, _, It2} = maps:next(It), ?P(length(walk(maps:next(It2)))), ?P(maps:keys(Big) =:= maps:keys(Big)), ?P(length(maps:keys(Big)) =:= length(maps:values(Big))).

walk(none) -> [];
walk({K, V, I}) -> [{K, V} | walk(maps:next(I))].
