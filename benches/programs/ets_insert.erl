%% How fast does one process put objects into tables of `ets`, new ones and over old ones?
%% group: messages
-module(ets_insert).
-export([scale/0, run/1]).

scale() -> 24.

run(Rounds) ->
    bench_tables:alone(fun(_) -> ok end, fun(Table, _, _) -> rounds(Rounds, Table) end).

rounds(0, _) -> 0;
rounds(N, Table) ->
    ets:delete_all_objects(Table),
    insert(10000, Table),
    insert(10000, Table),
    rounds(N - 1, Table).

insert(0, _) -> ok;
insert(N, Table) ->
    ets:insert(Table, {N * 7919 rem 10007, {value, N band 3}, "text"}),
    insert(N - 1, Table).
