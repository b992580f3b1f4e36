%% How fast does one process search tables of `ets`, whole or by a part of the key?
%% group: messages
-module(ets_select).
-export([scale/0, run/1]).

scale() -> 80.

run(Rounds) ->
    bench_tables:alone(fun fill/1, fun(Table, _, _) -> rounds(Rounds, Table, 0) end).

fill(Table) -> ets:insert(Table, [{{N div 10, N}, N rem 100, {value, [N]}} || N <- lists:seq(1, 5000)]).

rounds(0, _, Sum) -> Sum;
rounds(N, Table, Sum) ->
    Some = length(ets:select(Table, [{{'$1', '$2', '_'}, [{'>', '$2', 50}], ['$1']}])),
    Objects = length(ets:match_object(Table, {'_', 7, '_'})),
    Values = length(ets:select(Table, [{{'_', '_', {value, '$1'}}, [], ['$1']}])),
    Count = ets:select_count(Table, [{{{'$1', '_'}, '_', '_'}, [{'<', '$1', 100}], [true]}]),
    Keys = keys(300, Table, 0),
    {First, _} = ets:select(Table, [{'_', [], ['$_']}], 100),
    rounds(N - 1, Table, Sum + Some + Objects + Values + Count + Keys + length(First)).

keys(0, _, Sum) -> Sum;
keys(N, Table, Sum) ->
    keys(N - 1, Table, Sum + length(ets:select(Table, [{{{N div 10, N}, '$1', '_'}, [], ['$1']}]))).
