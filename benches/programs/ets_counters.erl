%% How fast does one process count in tables of `ets`?
%% group: messages
-module(ets_counters).
-export([scale/0, run/1]).

scale() -> 150.

run(Rounds) ->
    bench_tables:alone(fun fill/1, fun(Table, Kind, _) -> rounds(Rounds, Table, Kind, 0) end).

fill(Table) -> ets:insert(Table, [{N, 0, 0} || N <- lists:seq(0, 1023)]).

rounds(_, _, bag, Sum) -> Sum;
rounds(0, _, _, Sum) -> Sum;
rounds(N, Table, Kind, Sum) -> rounds(N - 1, Table, Kind, count(5000, Table, Sum)).

count(0, _, Sum) -> Sum;
count(N, Table, Sum) ->
    First = ets:update_counter(Table, N band 1023, 1),
    [Second] = ets:update_counter(Table, N band 1023, [{3, 2, 100, 0}]),
    ets:update_element(Table, N band 1023, {2, 7}),
    count(N - 1, Table, Sum + First + Second).
