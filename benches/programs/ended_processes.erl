%% What is left of half a million processes that have ended?
%% group: memory
-module(ended_processes).
-export([scale/0, run/1]).

scale() -> 500.

run(0) -> 0;
run(Rounds) ->
    Self = self(),
    Processes = [spawn(fun() -> Self ! {self(), tuple_size({N, [N]})} end) || N <- lists:seq(1, 1000)],
    lists:sum([receive {Process, Size} -> Size end || Process <- Processes]) + run(Rounds - 1).
