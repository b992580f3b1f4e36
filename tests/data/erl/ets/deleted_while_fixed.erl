%% Objects that were deleted while their table is fixed: they refuse nothing, come alive again as the newest, and keep their binaries.
-module(deleted_while_fixed).
-export([main/0]).

main() ->
    [again(Type, Fixed) || Type <- [set, bag, duplicate_bag, ordered_set], Fixed <- [false, true]],
    [binaries(Type) || Type <- [set, bag, duplicate_bag, ordered_set]],
    T = ets:new(t, [bag]),
    ets:insert(T, [{K, V} || K <- lists:seq(1, 100), V <- [a, b]]),
    ets:safe_fixtable(T, true),
    [ets:delete(T, K) || K <- lists:seq(1, 100, 2)],
    t:p(live, length(keys(T, ets:first(T)))),
    t:p(raw, length(raw(T, erts_internal:ets_raw_first(T)))),
    ets:safe_fixtable(T, false),
    t:p(unfixed, length(raw(T, erts_internal:ets_raw_first(T)))).

again(Type, Fixed) ->
    T = ets:new(t, [Type]),
    ets:safe_fixtable(T, Fixed),
    ets:insert(T, [{k, 1}, {k, 2}, {k, 3}]),
    [ets:delete_object(T, {k, V}) || V <- [2, 3]],
    Refused = ets:insert_new(T, {k, 2}),
    First = ets:lookup(T, k),
    ets:insert(T, {k, 2}),
    Second = ets:lookup(T, k),
    ets:delete(T, k),
    Taken = ets:insert_new(T, {k, 3}),
    t:p({Type, Fixed}, {Refused, First, Second, Taken, ets:insert_new(T, [{k, 3}]), ets:lookup(T, k), ets:info(T, size)}).

binaries(Type) ->
    T = ets:new(t, [Type]),
    Binary = binary:copy(<<"b">>, t:id(100)),
    ets:insert(T, [{1, Binary}, {2, Binary}]),
    Before = sizes(T),
    ets:safe_fixtable(T, true),
    ets:delete(T, 1),
    Fixed = sizes(T),
    ets:safe_fixtable(T, false),
    t:p(Type, {Before, Fixed, sizes(T)}),
    t:id(Binary).

sizes(T) -> [Size || {_, Size, _} <- ets:info(T, binary)].

keys(_, '$end_of_table') -> [];
keys(T, K) -> [K | keys(T, ets:next(T, K))].

raw(_, '$end_of_table') -> [];
raw(T, K) -> [K | raw(T, erts_internal:ets_raw_next(T, K))].
