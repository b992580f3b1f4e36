%% own_vm
%% The machine does not outlive a process of the system: killed from outside, it takes all with it.
-module(system_process_ends).
-export([main/0, wait/1]).

main() ->
    process_flag(trap_exit, true),
    Pid = erts_internal:spawn_system_process(?MODULE, wait, [self()]),
    %% Written at once; a device would be asked in vain.
    receive {Pid, Is} -> erlang:display({is_system_process, Is}) end,
    link(Pid),
    exit(Pid, kill),
    receive {'EXIT', Pid, Why} -> erlang:display({outlived, Why}) after 5000 -> erlang:display(nothing) end.

wait(To) ->
    To ! {self(), erts_internal:is_system_process(self())},
    receive never -> ok end.
