%% How fast do eight processes find objects in one table of `ets`, on two schedulers?
%% group: messages
%% schedulers: 2
-module(ets_lookup_8).
-export([scale/0, run/1]).

scale() -> 10.

run(Rounds) ->
    bench_tables:together(fun fill/1, fun(Table, _, _) -> rounds(Rounds, Table, 0) end).

fill(Table) -> ets:insert(Table, [{N, {value, N}, "text"} || N <- lists:seq(1, 2500)]).

rounds(0, _, Sum) -> Sum;
rounds(N, Table, Sum) -> rounds(N - 1, Table, lookup(2500, Table, Sum)).

lookup(0, _, Sum) -> Sum;
lookup(N, Table, Sum) ->
    [{_, {value, Value}, _}] = ets:lookup(Table, N),
    lookup(N - 1, Table, Sum + Value).
