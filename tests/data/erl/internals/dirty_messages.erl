%% Natives on dirty schedulers that tell of themselves: what they send, to whom, and what comes for the process meanwhile.
-module(dirty_messages).
-export([main/0]).

main() ->
    Self = self(),
    register(whoever, Self),
    t:p(own, [{erts_debug:Kind(send, Self), receive {ok, Self} -> received after 5000 -> nothing end} || Kind <- [dirty_cpu, dirty_io]]),
    t:p(normal, {erts_debug:dirty(normal, send, Self), receive {ok, Self} -> received after 5000 -> nothing end}),
    t:p(name, {erts_debug:dirty_io(send, whoever), receive Any -> Any after 100 -> nothing end}),
    t:p(nobody, erts_debug:dirty_io(send, t:id(term))),
    t:p(exits, [exits(Kind, alive_waitexiting) || Kind <- [dirty_cpu, dirty_io]]),
    t:p(exits_only, [exits(Kind, alive_waitexitingonly) || Kind <- [dirty_cpu, dirty_io]]),
    t:p(leader, group_leaders(2 * erlang:system_info(schedulers))).

exits(Kind, What) ->
    Self = self(),
    {Pid, Ref} = spawn_monitor(fun() -> erts_debug:Kind(What, Self) end),
    receive
        {alive, Pid} ->
            exit(Pid, bang),
            receive {'DOWN', Ref, process, Pid, Why} -> {alive, Why} end;
        {'DOWN', Ref, process, Pid, {Why, _}} -> Why
    end.

%% Those of a process in such a native are asked and told although processes of high priority have all schedulers.
group_leaders(Busy) ->
    Self = self(),
    Init = whereis(init),
    Pid = spawn_link(fun() -> erts_debug:dirty_io(alive_waitexiting, Self) end),
    receive {alive, Pid} -> ok end,
    process_flag(priority, max),
    Busies = [spawn_opt(fun busy/0, [link, {priority, high}]) || _ <- lists:seq(1, Busy)],
    receive after 100 -> ok end,
    Told = [begin
                erlang:demonitor(erlang:monitor(process, Pid)),
                true = group_leader(Leader, Pid),
                {group_leader, Leader} =:= process_info(Pid, group_leader)
            end || _ <- lists:seq(1, 20), Leader <- [Init, group_leader()]],
    [begin unlink(P), exit(P, kill) end || P <- [Pid | Busies]],
    process_flag(priority, normal),
    lists:usort(Told).

busy() -> busy().
