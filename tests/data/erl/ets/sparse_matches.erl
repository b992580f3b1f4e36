%% A chunk of few matches in many rows: the walk is broken off and gone on with, and nothing is found twice or missed.
-module(sparse_matches).
-export([main/0]).

main() ->
    [one(Type) || Type <- [set, ordered_set, bag, duplicate_bag]],
    changing().

one(Type) ->
    T = ets:new(t, [Type, public]),
    ets:insert(T, [{K, K rem 3500} || K <- lists:seq(1, 15000)]),
    Sorted = fun(Chunks) -> case Type of ordered_set -> Chunks; _ -> lists:sort(lists:append(Chunks)) end end,
    Spec = [{{'$1', 17}, [], ['$1']}],
    t:p(Type),
    [t:p(Limit, Sorted(chunks(ets:select(T, Spec, Limit), fun ets:select/1))) || Limit <- [1, 2, 5, 100]],
    [t:p(Limit, Sorted(chunks(ets:select_reverse(T, Spec, Limit), fun ets:select_reverse/1))) || Limit <- [1, 2, 100]],
    t:p(Sorted(chunks(ets:match(T, {'$1', 17}, 2), fun ets:match/1))),
    t:p(Sorted(chunks(ets:match_object(T, {'_', 17}, 2), fun ets:match_object/1))),
    [t:p(ets:Function(T, [{{'_', none}, [], ['$_']}], 3)) || Function <- [select, select_reverse]],
    t:p(ets:match(T, {none, '$1'}, 3)),
    t:p(ets:match(T, {'$1', none}, 3)),
    t:p(ets:match_object(T, {'_', none}, 3)),
    t:p(ets:info(T, safe_fixed_monotonic_time)),
    ets:delete(T).

chunks('$end_of_table', _) -> [];
chunks({Found, Continuation}, Next) -> [Found | chunks(Next(Continuation), Next)].

%% The table is written to while others walk.
changing() ->
    T = ets:new(t, [public, {write_concurrency, true}]),
    ets:insert(T, [{K, keep} || K <- lists:seq(1, 5)]),
    ets:insert(T, [{K, other} || K <- lists:seq(6, 12000)]),
    Writer = spawn_link(fun() -> write(T, 12001) end),
    Spec = [{{'$1', keep}, [], ['$1']}],
    Fixed = fun() ->
                ets:safe_fixtable(T, true),
                Chunks = chunks(ets:select(T, Spec, 3), fun ets:select/1),
                ets:safe_fixtable(T, false),
                lists:sort(lists:append(Chunks))
            end,
    t:p(lists:usort([Fixed() || _ <- lists:seq(1, 4)])),
    t:p(lists:usort([lists:sort(element(1, ets:select(T, Spec, 6))) || _ <- lists:seq(1, 4)])),
    unlink(Writer),
    exit(Writer, kill).

write(T, K) ->
    ets:insert(T, {K, other}),
    ets:delete(T, K - 10000),
    write(T, K + 1).
