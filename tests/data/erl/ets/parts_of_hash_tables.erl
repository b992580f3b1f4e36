%% Hash tables with several locks do what those with one do, but for the order of objects.
-module(parts_of_hash_tables).
-export([main/0]).

main() ->
    [io:format("~p ~p ~p~n", [Type, Options, compare(Type, Options)])
     || Type <- [set, bag, duplicate_bag],
        Options <- [[{write_concurrency, true}], [{write_concurrency, auto}], [{read_concurrency, true}],
                    [{write_concurrency, true}, {decentralized_counters, true}]]],
    io:format("~p~n", [fixed()]),
    io:format("~p~n", [[stats(Options) || Options <- [[], [{write_concurrency, true}], [{write_concurrency, auto}]]]]),
    io:format("~p~n", [whole_lists()]).

compare(Type, Options) ->
    One = ets:new(one, [Type, public]),
    Many = ets:new(many, [Type, public | Options]),
    [true = operation(N, One) =:= operation(N, Many) || N <- lists:seq(1, 3000)],
    Sorted = [lists:sort(ets:tab2list(T)) || T <- [One, Many]],
    [All, All] = Sorted,
    [true = lists:sort(Of(One)) =:= lists:sort(Of(Many)) || Of <- questions()],
    {ets:info(Many, size), erlang:phash2(All)}.

operation(N, T) ->
    Key = erlang:phash2(N, 500),
    case erlang:phash2({operation, N}, 12) of
        0 -> ets:delete(T, Key);
        1 -> ets:take(T, Key);
        2 -> ets:insert_new(T, {Key, N});
        3 -> ets:insert(T, [{Key + M, N} || M <- lists:seq(1, 10)]);
        4 -> ets:insert_new(T, [{Key + M, N} || M <- lists:seq(1, 3)]);
        5 -> ets:delete_object(T, {Key, N - 1});
        6 when N rem 10 =:= 0 -> ets:select_delete(T, [{{'$1', '$2'}, [{'<', '$2', N - 2000}], [true]}]);
        7 -> ets:match_delete(T, {Key, '_'});
        8 -> ets:select_count(T, [{{Key, '_'}, [], [true]}, {{Key + 1, '_'}, [], [true]}]);
        _ -> ets:insert(T, {Key, N})
    end.

questions() ->
    [fun(T) -> [Key || Key <- walk(T, ets:first(T))] end,
     fun(T) -> walk_back(T, ets:last(T)) end,
     fun(T) -> [true = ets:last(T) =:= ets:first(T)] end,
     fun(T) -> ets:foldr(fun(O, L) -> [O | L] end, [], T) end,
     fun(T) -> lists:append(slots(T, 0)) end,
     fun(T) -> lists:append(chunks(ets:select(T, [{'_', [], ['$_']}], 9))) end,
     fun(T) -> ets:match_object(T, {'_', '_'}) end,
     fun(T) -> ets:select(T, [{{7, '$1'}, [], ['$1']}, {{9, '$1'}, [], ['$1']}, {{8, '$1'}, [], ['$1']}]) end,
     fun(T) -> [ets:select_count(T, [{{'_', '$1'}, [{'>', '$1', 2500}], [true]}])] end,
     fun(T) -> ets:foldl(fun(O, L) -> [O | L] end, [], T) end].

walk(_, '$end_of_table') -> [];
walk(T, Key) -> [Key | walk(T, ets:next(T, Key))].

walk_back(_, '$end_of_table') -> [];
walk_back(T, Key) -> [Key | walk_back(T, ets:prev(T, Key))].

slots(T, N) ->
    case ets:slot(T, N) of
        '$end_of_table' -> [];
        Objects -> [Objects | slots(T, N + 1)]
    end.

chunks('$end_of_table') -> [];
chunks({Objects, Continuation}) -> [Objects | chunks(ets:select(Continuation))].

%% Walks of a fixed table see each object that stays once, whatever others do.
fixed() ->
    T = ets:new(t, [public, {write_concurrency, true}]),
    ets:insert(T, [{N, 0} || N <- lists:seq(1, 3000)]),
    ets:safe_fixtable(T, true),
    Keys = walk_and_delete(T, ets:first(T)),
    {Kept, Left} = {element(7, ets:info(T, stats)), ets:info(T, size)},
    ets:safe_fixtable(T, false),
    {length(Keys), length(lists:usort(Keys)), Kept, Left, element(7, ets:info(T, stats)), ets:tab2list(T)}.

walk_and_delete(_, '$end_of_table') -> [];
walk_and_delete(T, Key) ->
    ets:delete(T, Key),
    [Key | walk_and_delete(T, ets:next(T, Key))].

stats(Options) ->
    T = ets:new(t, [public | Options]),
    [ets:insert(T, {N}) || N <- lists:seq(1, 100)],
    Stats = ets:info(T, stats),
    {tuple_size(Stats), element(8, Stats) >= 1}.

%% A list goes in as a whole: who reads another object of it after one has them both.
whole_lists() ->
    T = ets:new(t, [public, {write_concurrency, true}]),
    ets:insert(T, [{N, 0} || N <- lists:seq(1, 20)]),
    Writer = spawn_link(fun() -> [ets:insert(T, [{N, M} || N <- lists:seq(1, 20)]) || M <- lists:seq(1, 2000)], receive stop -> ok end end),
    Ordered = lists:all(fun(_) -> [{_, A}] = ets:lookup(T, 1), [{_, B}] = ets:lookup(T, 20), B >= A end, lists:seq(1, 5000)),
    unlink(Writer),
    exit(Writer, kill),
    Ordered.
