%% own_vm
%% not: s1
%% An ordered_set in many parts, forced or at random, does what one in a single part does.
-module(parts_of_ordered_sets).
-export([main/0]).

main() ->
    logger:remove_handler(default),
    erts_debug:set_internal_state(available_internal_state, true),
    [io:format("~p ~p~n", [How, compare(How)]) || How <- [ets_force_split, ets_debug_random_split_join]],
    io:format("~p~n", [catch element(1, element(2, catch_error(fun() ->
        erts_debug:set_internal_state(ets_force_split, {ets:new(plain, [ordered_set]), true}) end)))]),
    io:format("~p~n", [routes()]),
    io:format("~p~n", [fought_over()]).

catch_error(Fun) -> try Fun() catch error:Reason -> {error, {Reason, []}} end.

%% All that can be asked of the two, after each of some hundred changes.
compare(How) ->
    One = ets:new(one, [ordered_set, public]),
    Many = ets:new(many, [ordered_set, public, {write_concurrency, true}]),
    ok = erts_debug:set_internal_state(How, {Many, true}),
    Different = lists:flatten([change(N, One, Many) || N <- lists:seq(1, 600)]),
    ok = erts_debug:set_internal_state(How, {Many, false}),
    {Different, ets:info(Many, size), erlang:phash2(ets:tab2list(Many))}.

change(N, One, Many) ->
    {Answer, Answers} = {operation(N, One), operation(N, Many)},
    Questions = case N rem 20 of 0 -> questions(N); _ -> [] end,
    [{N, operation} || Answer =/= Answers]
        ++ [{N, Name, Of(One), Of(Many)} || {Name, Of} <- Questions, Of(One) =/= Of(Many)].

key(N) ->
    Hash = erlang:phash2(N, 400),
    case Hash rem 5 of
        0 -> Hash;
        1 -> float(Hash);
        2 -> {a, Hash};
        3 -> {b, Hash rem 7, Hash};
        4 -> integer_to_binary(Hash)
    end.

operation(N, T) ->
    Key = key(N),
    case erlang:phash2({operation, N}, 14) of
        0 -> ets:delete(T, Key);
        1 -> ets:take(T, Key);
        2 -> ets:insert_new(T, {Key, N});
        3 -> catch_badarg(fun() -> ets:update_counter(T, Key, 3) end);
        4 -> ets:update_counter(T, Key, {2, 1}, {Key, 5});
        5 -> ets:update_element(T, Key, {2, N});
        6 -> ets:insert(T, [{key(N + M), M} || M <- lists:seq(1, 20)]);
        7 -> ets:insert_new(T, [{key(N + M), M} || M <- lists:seq(1000, 1005)]);
        8 when N rem 3 =:= 0 -> ets:select_delete(T, [{{{b, N rem 7, '_'}, '_'}, [], [true]}]);
        9 -> ets:select_replace(T, [{{{a, '$1'}, '$2'}, [{'>', '$1', N rem 300}], [{{{{a, '$1'}}, 0}}]}]);
        10 when N rem 50 =:= 0 -> ets:match_delete(T, {'_', 5});
        11 -> ets:delete_object(T, {Key, N});
        _ -> ets:insert(T, {Key, N})
    end.

catch_badarg(Fun) -> try Fun() catch error:badarg -> badarg end.

questions(N) ->
    All = [{'_', [], ['$_']}],
    Some = [{{{b, '$1', '_'}, '$2'}, [{'<', '$1', 5}], ['$2']}],
    Range = [{{{b, N rem 7, '$1'}, '_'}, [], ['$1']}],
    [{list, fun ets:tab2list/1},
     {size, fun(T) -> ets:info(T, size) end},
     {forward, fun(T) -> walk(fun ets:next/2, T, ets:first(T)) end},
     {backward, fun(T) -> walk(fun ets:prev/2, T, ets:last(T)) end},
     {beside, fun(T) -> [{ets:next(T, key(M)), ets:prev(T, key(M))} || M <- lists:seq(N, N + 30)] end},
     {slots, fun(T) -> [catch_badarg(fun() -> ets:slot(T, M) end) || M <- lists:seq(0, ets:info(T, size) + 1, 7)] end},
     {last_slots, fun(T) -> [catch_badarg(fun() -> ets:slot(T, ets:info(T, size) + M) end) || M <- [-1, 0, 1]] end},
     {select, fun(T) -> ets:select(T, Some) end},
     {reverse, fun(T) -> ets:select_reverse(T, Some) end},
     {range, fun(T) -> ets:select(T, Range) end},
     {range_back, fun(T) -> ets:select_reverse(T, Range) end},
     {count, fun(T) -> ets:select_count(T, [{{'_', '$1'}, [{'>', '$1', 10}], [true]}]) end},
     {chunks, fun(T) -> chunks(fun ets:select/1, ets:select(T, All, 7)) end},
     {range_chunks, fun(T) -> chunks(fun ets:select/1, ets:select(T, Range, 2)) end},
     {range_chunks_back, fun(T) -> chunks(fun ets:select_reverse/1, ets:select_reverse(T, Range, 2)) end},
     {chunks_back, fun(T) -> chunks(fun ets:select_reverse/1, ets:select_reverse(T, All, 11)) end},
     {keys, fun(T) -> [ets:lookup(T, key(M)) || M <- lists:seq(N, N + 50)] end},
     {several, fun(T) -> ets:select(T, [{{key(M), '$1'}, [], ['$1']} || M <- lists:seq(N, N + 4)]) end}].

walk(_, _, '$end_of_table') -> [];
walk(Next, T, Key) -> [Key | walk(Next, T, Next(T, Key))].

chunks(_, '$end_of_table') -> [];
chunks(More, {Objects, Continuation}) -> [Objects | chunks(More, More(Continuation))].

%% What `stats` tells of the parts: some while writes divide, and fewer when they are empty.
routes() ->
    T = ets:new(t, [ordered_set, public, {write_concurrency, true}]),
    {0, 1, 0} = ets:info(T, stats),
    ok = erts_debug:set_internal_state(ets_force_split, {T, true}),
    [ets:insert(T, {N}) || N <- lists:seq(1, 30)],
    ok = erts_debug:set_internal_state(ets_force_split, {T, false}),
    {Routes, Bases, Depth} = ets:info(T, stats),
    {Routes > 3, Bases =:= Routes + 1, Depth > 0, ets:info(ets:new(s, [ordered_set]), stats)}.

%% Eight processes on a few keys.
fought_over() ->
    T = ets:new(t, [ordered_set, public, {write_concurrency, true}]),
    ok = erts_debug:set_internal_state(ets_debug_random_split_join, {T, true}),
    ets:insert(T, [{N, 0} || N <- lists:seq(1, 50)]),
    Work = fun() -> [begin ets:update_counter(T, N rem 50 + 1, 1), ets:insert(T, {{self(), N}, N}), ets:delete(T, {self(), N - 1}),
                           50 = length(ets:select(T, [{{'$1', '_'}, [{is_integer, '$1'}], [x]}])) end || N <- lists:seq(1, 1000)] end,
    Processes = [spawn_monitor(Work) || _ <- lists:seq(1, 8)],
    Reasons = [receive {'DOWN', Monitor, _, _, Reason} -> Reason end || {_, Monitor} <- Processes],
    {lists:usort(Reasons), lists:sum([C || {N, C} <- ets:tab2list(T), is_integer(N)]), ets:info(T, size)}.
