%% timeout: 90
-module(node_relations).
-export([main/0, there/1, idle/0]).

%% Links, monitors and exit signals between nodes, and their ends when the connection goes.
main() -> cluster:run(?MODULE, 2).

idle() -> receive stop -> ok end.

there([Other]) ->
    process_flag(trap_exit, true),
    Start = fun() -> spawn(Other, ?MODULE, idle, []) end,
    A = spawn_link(Other, ?MODULE, idle, []),
    A ! stop,
    E1 = exit_of(A),
    B = Start(), link(B), link(B), exit(B, boo), E2 = exit_of(B),
    link(B), E3 = exit_of(B),
    C = Start(), MC = monitor(process, C), exit(C, normal), C ! stop, D1 = down_of(MC),
    MC2 = monitor(process, C), D2 = down_of(MC2),
    D = Start(), true = rpc:call(Other, erlang, register, [known, D]),
    MD = monitor(process, {known, Other}), exit(D, kill), D3 = down_of(MD),
    MN = monitor(process, {nobody, Other}), D4 = down_of(MN),
    F = Start(), MF = monitor(process, F), true = demonitor(MF), false = demonitor(MF, [info]),
    link(F), unlink(F), exit(F, kill), G = Start(), link(G), exit(G, kill), E4 = exit_of(G),
    None = receive {'EXIT', F, _} -> bad; {'DOWN', MF, _, _, _} -> bad after 0 -> none end,
    %% the other one exits because of us, and watches us
    Me = self(),
    H = spawn_link(fun() -> receive {link, P} -> link(P), Me ! linked, receive after infinity -> ok end end end),
    I = Start(), MI = monitor(process, I), H ! {link, I}, receive linked -> ok end, exit(H, broken), E5 = exit_of(H), D5 = down_of(MI),
    J = spawn(fun() -> receive go -> exit(gone) end end),
    spawn(Other, fun() -> R = monitor(process, J), Me ! watching, receive {'DOWN', R, process, J, W} -> Me ! {told, W} end end),
    receive watching -> ok end, J ! go, Told = receive {told, W} -> W end,
    K = spawn(fun() -> receive after infinity -> ok end end), MK = monitor(process, K),
    spawn(Other, erlang, exit, [K, from_afar]), D6 = down_of(MK),
    Info = [length(element(2, process_info(self(), Item))) || Item <- [monitors, monitored_by]],
    %% the end of the connection
    L = spawn_link(Other, ?MODULE, idle, []), ML = monitor(process, L), MM = monitor(process, {kernel_sup, Other}),
    ok = net_kernel:monitor_nodes(true, [nodedown_reason]), true = monitor_node(Other, true), true = monitor_node(Other, true),
    Disconnected = [erlang:disconnect_node(Other), erlang:disconnect_node(Other)],
    E6 = exit_of(L), D7 = down_of(ML), D8 = down_of(MM),
    Downs = [receive {nodedown, Other} -> down after 20000 -> lost end || _ <- [1, 2]],
    Why = receive {nodedown, Other, Reason} -> Reason after 20000 -> lost end,
    Nodes = nodes(),
    %% and another one
    pong = net_adm:ping(Other),
    receive {nodeup, Other, []} -> ok end,
    Q = spawn_link(Other, ?MODULE, idle, []), MQ = monitor(process, Q),
    rpc:cast(Other, erlang, halt, []),
    E7 = exit_of(Q), D9 = down_of(MQ),
    receive {nodedown, Other, _} -> ok end,
    link(Q), E8 = exit_of(Q), MR = monitor(process, Q), DR = down_of(MR),
    [
        {exits, E1, E2, E3, E4, E5, E6, E7, E8}, {downs, D1, D2, D3, D4, D5, D6, D7, D8, D9, DR}, {none, None}, {told, Told},
        {info, Info}, {disconnected, Disconnected, Downs, Why, Nodes},
        {left, [process_info(self(), Item) || Item <- [monitors, monitored_by, message_queue_len]]}
    ].

exit_of(Pid) -> receive {'EXIT', Pid, Reason} -> Reason after 20000 -> lost end.
down_of(Ref) -> receive {'DOWN', Ref, process, _, Reason} -> Reason after 20000 -> lost end.
