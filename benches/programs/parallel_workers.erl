%% How fast do eight processes each start workers for small tasks, and wait for their answers?
%% group: parallel
-module(parallel_workers).
-export([scale/0, run/1]).

scale() -> 300.

run(Rounds) ->
    Self = self(),
    Owners = [spawn_link(fun() -> Self ! {self(), rounds(Rounds, 0)} end) || _ <- lists:seq(1, 8)],
    lists:sum([receive {Owner, Sum} -> Sum end || Owner <- Owners]).

rounds(0, Sum) -> Sum;
rounds(N, Sum) ->
    Self = self(),
    Workers = [spawn_link(fun() -> Self ! {self(), task(M)} end) || M <- lists:seq(1, 20)],
    rounds(N - 1, Sum + lists:sum([receive {Worker, Result} -> Result end || Worker <- Workers])).

task(N) -> lists:foldl(fun(M, Sum) -> (Sum * 31 + M) band 16#ffffff end, 0, lists:seq(1, 150 + N)).
