%% What does a million processes take that wait?
%% group: memory
%% flags: +P 4000000
-module(idle_processes).
-export([scale/0, run/1]).

scale() -> 1000000.

run(Count) -> started(Count, none).

%% Each knows the one before, so that they are not all alike.
started(0, Last) ->
    Last ! {self(), hello},
    receive hello -> erlang:system_info(process_count) div 100000 end;
started(N, Before) -> started(N - 1, spawn(fun() -> idle(Before) end)).

idle(Before) ->
    receive
        {From, hello} -> From ! hello, idle(Before);
        stop -> Before ! stop
    end.
