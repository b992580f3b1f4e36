%% How fast does one process find objects in tables of `ets`?
%% group: messages
-module(ets_lookup).
-export([scale/0, run/1]).

scale() -> 90.

run(Rounds) ->
    bench_tables:alone(fun fill/1, fun(Table, _, _) -> rounds(Rounds, Table, 0) end).

fill(Table) -> ets:insert(Table, [{N, {value, N}, "text"} || N <- lists:seq(1, 5000)]).

rounds(0, _, Sum) -> Sum;
rounds(N, Table, Sum) -> rounds(N - 1, Table, lookup(5000, Table, Sum)).

lookup(0, _, Sum) -> Sum;
lookup(N, Table, Sum) ->
    [{_, {value, Value}, _}] = ets:lookup(Table, N),
    true = ets:member(Table, N),
    lookup(N - 1, Table, Sum + Value + length(ets:lookup(Table, -N))).
