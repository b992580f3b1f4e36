%% flags: +S 2
%% timeout: 60
%% not: zeal
%% Who of the highest priority asks a process that was told to exit sees it exit, though others of high priority keep all schedulers busy.
-module(exit_under_load).
-export([main/0]).

main() ->
    Init = whereis(init),
    process_flag(priority, max),
    Pids = [spawn(fun() -> receive never -> ok end end) || _ <- lists:seq(1, 20)],
    Busy = [spawn_opt(fun busy/0, [{priority, high}]) || _ <- lists:seq(1, 2 * erlang:system_info(schedulers))],
    receive after 200 -> ok end,
    [begin
         Monitor = erlang:monitor(process, Pid),
         exit(Pid, bang),
         badarg = try erlang:group_leader(Init, Pid) catch error:Reason -> Reason end,
         receive {'DOWN', Monitor, process, Pid, bang} -> ok end
     end || Pid <- Pids],
    [exit(Pid, kill) || Pid <- Busy],
    io:format("~p~n", [[is_process_alive(Pid) || Pid <- Busy]]).

busy() -> busy().
