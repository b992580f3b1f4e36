%% How fast do sixteen processes compute, none of which needs another?
%% group: parallel
-module(parallel_compute).
-export([scale/0, run/1]).

scale() -> 16.

run(Count) ->
    Self = self(),
    Processes = [spawn_link(fun() -> Self ! {self(), awfy_queens:run(400) + game_fannkuch:run(1)} end) || _ <- lists:seq(1, Count)],
    lists:sum([receive {Process, Result} -> Result end || Process <- Processes]).
