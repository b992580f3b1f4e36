%% Signals that are no messages wake a process whose receive has no clauses: it goes on waiting, whatever its timeout is.
-module(woken_without_message).
-export([main/0]).

main() ->
    [io:format("~p: ~p~n", [Limit, woken(Limit)]) || Limit <- [infinity, 4294967295, 100000]].

woken(Limit) ->
    {Pid, Ref} = spawn_monitor(fun() -> exit({over, sleep(Limit)}) end),
    wake(Pid, 200),
    Seen = receive {'DOWN', Ref, _, _, Early} -> Early after 50 -> waiting end,
    exit(Pid, kill),
    Seen.

sleep(Limit) -> receive after Limit -> ok end.

%% Every one of these is handled by the process itself.
wake(_, 0) -> ok;
wake(Pid, N) ->
    link(Pid),
    unlink(Pid),
    demonitor(monitor(process, Pid), [flush]),
    _ = process_info(Pid, [message_queue_len, current_function]),
    Pid ! {no_clause, N},
    erlang:yield(),
    wake(Pid, N - 1).
