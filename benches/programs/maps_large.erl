%% How fast do maps of many keys grow, answer and shrink?
-module(maps_large).
-export([scale/0, run/1]).

scale() -> 6.

run(Rounds) -> run(Rounds, 0).

run(0, Sum) -> Sum;
run(Rounds, Sum) ->
    Map = lists:foldl(fun(N, M) -> M#{N => N} end, #{}, lists:seq(1, 30000)),
    Words = lists:foldl(fun(N, M) -> maps:update_with({word, N rem 3000}, fun(C) -> C + 1 end, 1, M) end, #{}, lists:seq(1, 40000)),
    Names = maps:from_list([{integer_to_binary(N), N} || N <- lists:seq(1, 10000)]),
    Found = lookups(60000, Map, 0),
    Folded = maps:fold(fun(_, V, A) -> A + V end, 0, Map),
    Mapped = maps:map(fun(_, V) -> V * 2 end, Map),
    Filtered = maps:filter(fun(_, V) -> V rem 2 =:= 0 end, Map),
    Less = lists:foldl(fun maps:remove/2, Map, lists:seq(1, 30000, 2)),
    Named = lists:foldl(fun(N, A) -> A + maps:get(integer_to_binary(N), Names, 0) end, 0, lists:seq(1, 12000)),
    true = Less =:= Filtered,
    run(Rounds - 1, Sum + map_size(Words) + Found + Folded + maps:get(9, Mapped) + map_size(Less) + Named + length(maps:to_list(Map))).

lookups(0, _, Found) -> Found;
lookups(N, Map, Found) ->
    case Map of
        #{N := Value} -> lookups(N - 1, Map, Found + Value band 1);
        #{} -> lookups(N - 1, Map, Found)
    end.
