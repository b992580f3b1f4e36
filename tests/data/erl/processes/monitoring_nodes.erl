%% Which processes watch nodes, and how often, the last first; and what those get who watch when this node becomes alive and ends.
%% own_vm
-module(monitoring_nodes).
-export([main/0]).

main() ->
    %% what says that internal state is seen
    logger:set_primary_config(level, error),
    Main = self(),
    process_flag(monitor_nodes, true),
    Other = spawn(fun() -> watch(Main) end),
    receive {Other, watches} -> ok end,
    process_flag(monitor_nodes, true),
    process_flag({monitor_nodes, #{node_type => hidden, nodedown_reason => true}}, true),
    process_flag({monitor_nodes, #{node_type => visible}}, true),
    Names = [{self(), main}, {Other, other}],
    t:p(state(Names)),
    {Ended, Monitor} = spawn_monitor(fun() -> process_flag(monitor_nodes, true) end),
    receive {'DOWN', Monitor, process, Ended, _} -> ok end,
    t:p(state(Names)),
    {ok, _} = net_kernel:start('monitoring_nodes@127.0.0.1', #{name_domain => longnames, dist_listen => false}),
    ok = net_kernel:stop(),
    Other ! {tell, self()},
    t:p(other, receive {Other, Told} -> Told end),
    t:p(main, t:flush()),
    Down = monitor(process, Other),
    exit(Other, kill),
    receive {'DOWN', Down, process, Other, _} -> ok end,
    process_flag(monitor_nodes, false),
    t:p(state(Names)),
    process_flag({monitor_nodes, #{node_type => hidden, nodedown_reason => true}}, false),
    process_flag({monitor_nodes, #{node_type => visible}}, false),
    t:p(state(Names)).

watch(Main) ->
    [process_flag({monitor_nodes, #{node_type => all, list => true}}, true) || _ <- [1, 2, 3]],
    Main ! {self(), watches},
    receive {tell, Main} -> Main ! {self(), t:flush()} end,
    receive stop -> ok end.

state(Names) ->
    erts_debug:set_internal_state(available_internal_state, true),
    State = erts_debug:get_internal_state(monitoring_nodes),
    erts_debug:set_internal_state(available_internal_state, false),
    [{proplists:get_value(Pid, Names, another), Options} || {Pid, Options} <- State, lists:keymember(Pid, 1, Names)].
