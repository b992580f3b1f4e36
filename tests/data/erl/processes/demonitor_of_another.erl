%% A reference that another process monitors with is no monitor of the caller's, though it is the one that is watched.
-module(demonitor_of_another).
-export([main/0]).

main() ->
    Main = self(),
    Watched = fun() ->
                      receive Ref -> ok end,
                      Main ! {self(), [t:r(fun() -> erlang:demonitor(Ref) end), t:r(fun() -> erlang:demonitor(Ref, [info]) end)]},
                      receive stop -> ok end
              end,
    {Pid, Monitor} = spawn_monitor(Watched),
    Pid ! Monitor,
    receive {Pid, Results} -> t:p(Results) end,
    Pid ! stop,
    receive {'DOWN', Monitor, process, Pid, Reason} -> t:p(Reason) end,
    t:p([erlang:demonitor(Monitor), erlang:demonitor(Monitor, [info])]).
