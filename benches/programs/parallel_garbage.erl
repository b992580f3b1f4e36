%% How fast do sixteen processes make and drop trees?
%% group: parallel
-module(parallel_garbage).
-export([scale/0, run/1]).

scale() -> 16.

run(Count) ->
    Self = self(),
    Processes = [spawn_link(fun() -> Self ! {self(), game_trees:run(2)} end) || _ <- lists:seq(1, Count)],
    lists:sum([receive {Process, Result} -> Result end || Process <- Processes]).
