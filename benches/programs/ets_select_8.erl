%% How fast do eight processes search one table of `ets`, on two schedulers?
%% group: messages
%% schedulers: 2
-module(ets_select_8).
-export([scale/0, run/1]).

scale() -> 9.

run(Rounds) ->
    bench_tables:together(fun fill/1, fun(Table, _, _) -> rounds(Rounds, Table, 0) end).

fill(Table) -> ets:insert(Table, [{N, N rem 100, {value, [N]}} || N <- lists:seq(1, 2000)]).

rounds(0, _, Sum) -> Sum;
rounds(N, Table, Sum) ->
    Some = length(ets:select(Table, [{{'$1', '$2', '_'}, [{'>', '$2', 50}], ['$1']}])),
    Objects = length(ets:match_object(Table, {'_', 7, '_'})),
    Keys = keys(200, Table, 0),
    rounds(N - 1, Table, Sum + Some + Objects + Keys).

keys(0, _, Sum) -> Sum;
keys(N, Table, Sum) -> keys(N - 1, Table, Sum + length(ets:select(Table, [{{N, '$1', '_'}, [], ['$1']}]))).
