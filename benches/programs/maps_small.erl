%% How fast are maps with a few known keys, used as records are?
-module(maps_small).
-export([scale/0, run/1]).

scale() -> 15.

run(Rounds) -> run(Rounds, 0).

run(0, Sum) -> Sum;
run(Rounds, Sum) ->
    #{total := Total, seen := Seen} = steps(200000, #{state => idle, total => 0, seen => 0, name => <<"m">>, last => none}),
    Counted = count(60000, #{}),
    Users = [#{id => N, name => {user, N}, age => N rem 80, tags => []} || N <- lists:seq(1, 20000)],
    Ages = lists:sum([Age || #{age := Age} <- Users]),
    Merged = lists:foldl(fun(User, All) -> maps:merge(All, maps:with([age, id], User)) end, #{}, Users),
    Older = [User#{age := Age + 1, seen => true} || #{age := Age} = User <- Users],
    run(Rounds - 1, Sum + Total + Seen + maps:get(3, Counted) + Ages + map_size(Merged) + maps:get(age, hd(Older)) + is_key(100000, hd(Older), 0)).

steps(0, Map) -> Map;
steps(N, #{state := idle, total := Total} = Map) -> steps(N - 1, Map#{state := busy, total := Total + N});
steps(N, #{state := busy, seen := Seen} = Map) -> steps(N - 1, Map#{state := idle, seen := Seen + 1, last := N}).

count(0, Map) -> Map;
count(N, Map) ->
    Key = N rem 11,
    case Map of
        #{Key := Count} -> count(N - 1, Map#{Key := Count + 1});
        #{} -> count(N - 1, Map#{Key => 1})
    end.

is_key(0, _, Found) -> Found;
is_key(N, Map, Found) when is_map_key(seen, Map), not is_map_key(absent, Map) -> is_key(N - 1, Map, Found + map_size(Map)).
