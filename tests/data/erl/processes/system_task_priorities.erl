%% own_vm
%% timeout: 60
-module(system_task_priorities).
-export([main/0]).

%% What a process of low priority is asked for is done as urgently as it is asked for, though processes of the highest run on all schedulers.
main() ->
    process_flag(priority, max),
    Me = self(),
    Busy = [spawn_opt(fun() -> Me ! {self(), busy}, loop(a) end, [{priority, max}, {scheduler, Scheduler}])
            || Scheduler <- lists:seq(1, erlang:system_info(schedulers_online))],
    [receive {Pid, busy} -> ok end || Pid <- Busy],
    Low = spawn_opt(fun() -> loop(a) end, [{priority, low}]),
    Less = [request(Low, Priority) || Priority <- [low, normal, high]],
    erlang:display(receive {system_task_test, _, _} -> early after 500 -> none end),
    Most = request(Low, max),
    erlang:display(receive {system_task_test, Most, Done} -> {most, Done} end),
    [exit(Pid, kill) || Pid <- Busy],
    erlang:display({less, [receive {system_task_test, Each, Done} -> Done end || Each <- Less]}),
    halt(0).

request(Pid, Priority) ->
    Reference = make_ref(),
    ok = erts_internal:request_system_task(Pid, Priority, {system_task_test, Reference}),
    Reference.

loop(a) -> loop(b);
loop(b) -> loop(a).
