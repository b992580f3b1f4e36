%% How fast are the functions of `maps`, on small and on large maps?
-module(maps_natives).
-export([scale/0, run/1]).

scale() -> 60.

run(Rounds) ->
    Sizes = [4, 20, 200, 3000],
    run(Rounds, [{Size, pairs(Size)} || Size <- Sizes], 0).

run(0, _, Sum) -> Sum;
run(Rounds, All, Sum) -> run(Rounds - 1, All, Sum + lists:sum([often(max(1, 600 div Size), Pairs, 0) || {Size, Pairs} <- All])).

often(0, _, Sum) -> Sum;
often(N, Pairs, Sum) -> often(N - 1, Pairs, Sum + one(Pairs)).

one(Pairs) ->
    Map = maps:from_list(Pairs),
    Doubled = maps:map(fun(_, V) -> 2 * V end, Map),
    Some = maps:filter(fun(_, V) -> V rem 3 =:= 0 end, Doubled),
    Merged = maps:merge(Map, Some),
    Keys = lists:sort(maps:keys(Merged)),
    Got = lists:sum([maps:get(Key, Merged) + maps:get({no, Key}, Merged, 1) || Key <- Keys]),
    Less = maps:without(lists:sublist(Keys, 10), Merged),
    Fewer = lists:foldl(fun maps:remove/2, Less, lists:sublist(Keys, 20)),
    More = lists:foldl(fun(Key, M) -> maps:put({new, Key}, Key, M) end, Fewer, lists:sublist(Keys, 20)),
    {value, _, _} = lists:keyfind(value, 1, [{value, maps:find(hd(Keys), Merged), 1}]),
    true = maps:is_key(hd(Keys), Merged),
    Got + maps:size(More) + length(maps:to_list(Less)) + maps:fold(fun(_, V, S) -> V + S end, 0, Doubled)
        + lists:sum(maps:values(Merged)).

pairs(Size) -> [{case N rem 3 of 0 -> N; 1 -> {key, N}; 2 -> integer_to_binary(N) end, N} || N <- lists:seq(1, Size)].
