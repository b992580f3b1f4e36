%% How fast are tables of `ets`, hashed and ordered, for one process?
%% group: messages
-module(ets_tables).
-export([scale/0, run/1]).

scale() -> 10.

run(Rounds) -> run(Rounds, 0).

run(0, Sum) -> Sum;
run(Rounds, Sum) -> run(Rounds - 1, Sum + table(set, 20000) + table(ordered_set, 12000) + bag(5000) + counters(60000)).

table(Type, Size) ->
    Table = ets:new(table, [Type, public]),
    fill(Size, Table),
    Read = read(Size, Table, 0) + read(Size, Table, 0),
    Elements = elements(Size, Table, 0),
    Matched = length(ets:select(Table, [{{'$1', '$2', '_'}, [{'>', '$2', 50}], ['$1']}])),
    Objects = length(ets:match_object(Table, {'_', 7, '_'})),
    Walked = walk(ets:first(Table), Table, 0),
    Folded = ets:foldl(fun({_, N, _}, Sum) -> Sum + N end, 0, Table),
    [true = ets:delete(Table, N) || N <- lists:seq(1, Size, 3)],
    Left = ets:info(Table, size),
    ets:delete(Table),
    Read + Elements + Matched + Objects + Walked + Folded + Left.

fill(0, _) -> ok;
fill(N, Table) ->
    ets:insert(Table, {N, N rem 100, {data, <<"some bytes">>, [N]}}),
    fill(N - 1, Table).

read(0, _, Sum) -> Sum;
read(N, Table, Sum) ->
    [{N, M, _}] = ets:lookup(Table, N),
    read(N - 1, Table, Sum + M).

elements(0, _, Sum) -> Sum;
elements(N, Table, Sum) -> elements(N - 1, Table, Sum + ets:lookup_element(Table, N, 2)).

walk('$end_of_table', _, Count) -> Count;
walk(Key, Table, Count) -> walk(ets:next(Table, Key), Table, Count + 1).

bag(Size) ->
    Table = ets:new(bag, [bag]),
    [ets:insert(Table, {N rem 500, N}) || N <- lists:seq(1, Size)],
    Sum = lists:sum([length(ets:lookup(Table, N)) || N <- lists:seq(0, 499)]),
    ets:delete(Table),
    Sum.

counters(N) ->
    Table = ets:new(counters, [set, {write_concurrency, true}]),
    count(N, Table),
    Sum = lists:sum([C || {_, C} <- ets:tab2list(Table)]),
    ets:delete(Table),
    Sum.

count(0, _) -> ok;
count(N, Table) ->
    ets:update_counter(Table, N band 63, 1, {N band 63, 0}),
    count(N - 1, Table).
