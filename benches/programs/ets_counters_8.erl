%% How fast do eight processes count in one table of `ets`, on two schedulers?
%% group: messages
%% schedulers: 2
-module(ets_counters_8).
-export([scale/0, run/1]).

scale() -> 5.

run(Rounds) ->
    bench_tables:together(fun fill/1, fun(Table, Kind, Process) -> rounds(Rounds, Table, Kind, Process) end).

fill(Table) -> ets:insert(Table, [{N, 0} || N <- lists:seq(0, 1023)]).

rounds(0, _, _, _) -> 0;
rounds(_, _, bag, _) -> 0;
rounds(N, Table, Kind, Process) ->
    count(2500, Table, Process),
    rounds(N - 1, Table, Kind, Process).

count(0, _, _) -> ok;
count(N, Table, Process) ->
    ets:update_counter(Table, (N * 7 + Process) band 1023, 1),
    count(N - 1, Table, Process).
