%% A message and the timeout come while a process can't look: the next receive has a timeout of its own.
-module(timeout_and_message_at_once).
-export([main/0]).
-include("../../t.hrl").

main() ->
    [?P(next_timeout(First)) || First <- [300, 80, 60]].

next_timeout(Time) ->
    Main = self(),
    {Pid, Monitor} = spawn_monitor(fun() ->
        receive go -> ok after 50 -> ok end,
        Begin = erlang:monotonic_time(millisecond),
        receive never -> ok after Time -> ok end,
        Main ! {waited, self(), erlang:monotonic_time(millisecond) - Begin >= Time}
    end),
    receive after 10 -> ok end,
    erlang:suspend_process(Pid),
    Pid ! go,
    receive after 120 -> ok end,
    erlang:resume_process(Pid),
    receive {waited, Pid, Whole} -> receive {'DOWN', Monitor, _, _, Reason} -> {Whole, Reason} end end.
