%% How fast do eight processes put objects into one table of `ets`, on two schedulers?
%% group: messages
%% schedulers: 2
-module(ets_insert_8).
-export([scale/0, run/1]).

scale() -> 4.

run(Rounds) ->
    bench_tables:together(fun(_) -> ok end, fun(Table, _, Process) -> rounds(Rounds, Table, Process) end).

rounds(0, _, _) -> 0;
rounds(N, Table, Process) ->
    insert(2000, Table, Process),
    rounds(N - 1, Table, Process).

insert(0, _, _) -> ok;
insert(N, Table, Process) ->
    ets:insert(Table, {N * 7919 rem 10007 * 8 + Process, {value, N band 3}, "text"}),
    insert(N - 1, Table, Process).
