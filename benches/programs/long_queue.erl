%% What do half a million messages take that wait in a queue?
%% group: memory
-module(long_queue).
-export([scale/0, run/1]).

scale() -> 500000.

run(Count) ->
    Waiting = spawn_link(fun() -> receive {stop, From} -> From ! stopped end end),
    [Waiting ! {message, N, [N, <<"text">>]} || N <- lists:seq(1, Count)],
    Waiting ! {stop, self()},
    receive stopped -> Count end.
