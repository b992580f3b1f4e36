%% What the programs about tables of `ets` share: tables of all kinds, and work on one of them by one process or by eight.
-module(bench_tables).
-export([alone/2, together/2]).

%% Sum of what `Work(Table, Kind, Process)` returns, for a table of each kind.
alone(Fill, Work) ->
    lists:sum([with(Kind, [], Fill, fun(Table) -> Work(Table, Kind, 0) end) || Kind <- kinds()]).

%% The same of eight processes on one table, for each kind of table and of concurrency.
together(Fill, Work) ->
    lists:sum([with(Kind, Concurrency, Fill, fun(Table) -> eight(Table, Kind, Work) end)
               || Kind <- kinds(), Concurrency <- concurrencies()]).

kinds() -> [set, ordered_set, bag].

concurrencies() ->
    [[], [{read_concurrency, true}], [{write_concurrency, true}], [{write_concurrency, auto}, {read_concurrency, true}]].

with(Kind, Options, Fill, Work) ->
    Table = ets:new(table, [Kind, public | Options]),
    Fill(Table),
    Result = Work(Table),
    Size = ets:info(Table, size),
    ets:delete(Table),
    Result + Size.

eight(Table, Kind, Work) ->
    Self = self(),
    Processes = [spawn_link(fun() -> Self ! {self(), Work(Table, Kind, N)} end) || N <- lists:seq(1, 8)],
    lists:sum([receive {Process, Result} -> Result end || Process <- Processes]).
