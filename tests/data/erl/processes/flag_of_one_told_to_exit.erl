%% A process that was told to exit before its flag is set has exited.
-module(flag_of_one_told_to_exit).
-export([main/0]).

main() ->
    [begin
         {Pid, Monitor} = spawn_monitor(fun() -> receive never -> ok end end),
         0 = process_flag(Pid, save_calls, 3),
         exit(Pid, die),
         t:x(fun() -> process_flag(Pid, save_calls, 0) end),
         receive {'DOWN', Monitor, process, Pid, Reason} -> t:p(Reason) end,
         t:x(fun() -> process_flag(Pid, save_calls, 0) end)
     end || _ <- [1, 2, 3]].
