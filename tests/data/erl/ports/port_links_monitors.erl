-module(port_links_monitors).
-export([main/0]).
-include("../../t.hrl").

%% Links and monitors between processes and ports, and names of ports.
main() ->
    process_flag(trap_exit, true),
    links(), monitors(), names(), ends().

cat() -> open_port({spawn, "cat"}, []).
drop(Port) -> unlink(Port), catch port_close(Port), t:flush(5).

info(Port, Item) -> case erlang:port_info(Port, Item) of {Item, L} when is_list(L) -> length(L); X -> X end.

links() ->
    Port = cat(), Me = self(),
    ?P(erlang:port_info(Port, links) =:= {links, [Me]}), ?P(lists:member(Port, element(2, process_info(Me, links)))),
    ?P(link(Port)), ?P(info(Port, links)), ?P(unlink(Port)), ?P(info(Port, links)), ?P(lists:member(Port, element(2, process_info(Me, links)))), ?P(unlink(Port)), ?P(link(Port)), ?P(info(Port, links)),
    Ps = [spawn(fun() -> process_flag(trap_exit, I rem 2 =:= 0), link(Port), Me ! linked, receive {'EXIT', Port, R} -> Me ! {told, R}; stop -> exit(stopped) end end) || I <- lists:seq(1, 4)],
    [receive linked -> ok after 5000 -> late end || _ <- Ps], ?P(info(Port, links)),
    Ms = [monitor(process, P) || P <- Ps],
    port_close(Port),
    ?P(lists:sort([receive {'DOWN', M, _, _, R} -> R after 300 -> alive end || M <- Ms])), ?P(lists:sort(t:flush(50))), [exit(P, kill) || P <- Ps], t:flush(20),
    %% A linked process exits, normally or not.
    [begin P = cat(), Q = spawn(fun() -> link(P), exit(R) end), t:down(Q), t:p({linked, R}, {t:flush(80), info(P, links)}), drop(P) end || R <- [normal, shutdown, kill, {a, b}]],
    %% The owner exits.
    [begin Q = spawn(fun() -> Me ! {port, cat()}, receive go -> exit(R) end end), P = receive {port, P0} -> P0 end, M = monitor(port, P), Q ! go, t:p({owner, R}, receive {'DOWN', M, _, _, B} -> B after 5000 -> none end) end
     || R <- [normal, shutdown, kill, {a, b}]], t:flush(20),
    %% Its owner is not linked any more, and exits.
    Q1 = spawn(fun() -> P = cat(), unlink(P), Me ! {port, P}, receive go -> ok end end), P1 = receive {port, P0} -> P0 end, Q1 ! go, t:down(Q1), timer:sleep(30),
    ?P(info(P1, links)), ?P(element(2, erlang:port_info(P1, connected)) =:= Q1), port_command(P1, "nobody"), timer:sleep(30), ?P(info(P1, output)), drop(P1).

monitors() ->
    Port = cat(),
    M1 = monitor(port, Port), M2 = erlang:monitor(port, Port), ?P(info(Port, monitored_by)), ?P(info(Port, monitors)), ?P(length(element(2, process_info(self(), monitors)))),
    ?P(element(2, process_info(self(), monitors)) =:= [{port, Port}, {port, Port}]),
    ?P(demonitor(M1)), ?P(info(Port, monitored_by)), ?P(demonitor(M1, [info])), ?P(demonitor(M2, [info, flush])), ?P(info(Port, monitored_by)),
    register(port_links_name, Port), M3 = monitor(port, port_links_name), M4 = monitor(port, Port, [{tag, tagged}]), M5 = monitor(port, Port, [{alias, reply_demonitor}]),
    ?P(lists:sort([case X of {T, Y} when is_port(Y) -> {T, a_port}; Y -> Y end || X <- element(2, process_info(self(), monitors))])),
    unlink(Port), port_close(Port),
    ?P([receive {'DOWN', M3, port, {port_links_name, N}, R} when N =:= node() -> R after 1000 -> none end, receive {tagged, M4, port, Port, R4} -> R4 after 1000 -> none end, receive {'DOWN', M5, port, Port, R5} -> R5 after 1000 -> none end]),
    ?P(t:flush(20)),
    M6 = monitor(port, Port), ?P(receive {'DOWN', M6, port, Port, R6} -> R6 after 1000 -> none end),
    M7 = monitor(port, no_such_port), ?P(receive {'DOWN', M7, port, X7, R7} -> {X7, R7} after 1000 -> none end),
    M8 = monitor(port, {no_such_port, node()}), ?P(receive {'DOWN', M8, port, X8, R8} -> {X8, R8} after 1000 -> none end),
    [t:p(A, t:r(fun() -> monitor(port, t:id(A)) end)) || A <- [1, "a", {a, b, c}, {a, 1}, {1, node()}]],
    ?X(monitor(process, ?I(Port))), ?X(monitor(process, ?I(hd(erlang:ports())))), t:flush(20),
    %% A port that a process's name stands for, and the other way round.
    register(port_links_proc, self()), M9 = monitor(port, port_links_proc), ?P(receive {'DOWN', M9, _, _, R9} -> R9 after 100 -> none end), demonitor(M9, [flush]), unregister(port_links_proc),
    P2 = cat(), register(port_links_port, P2), M10 = monitor(process, port_links_port), ?P(receive {'DOWN', M10, _, _, R10} -> R10 after 100 -> none end), demonitor(M10, [flush]), drop(P2),
    %% Who watches exits.
    P3 = cat(), W = spawn(fun() -> monitor(port, P3) end), t:down(W), timer:sleep(20), ?P(info(P3, monitored_by)), drop(P3).

names() ->
    Port = cat(),
    ?P(erlang:port_info(Port, registered_name)), ?P(register(a_port, Port)), ?P(erlang:port_info(Port, registered_name)), ?P(whereis(a_port) =:= Port), ?P(lists:member(a_port, registered())),
    ?X(register(b_port, Port)), ?X(register(a_port, self())), ?P(element(2, erlang:port_info(a_port, name))), ?P(port_command(a_port, "x")), ?P(receive {Port, M} -> M after 5000 -> none end),
    a_port ! {self(), {command, "y"}}, ?P(receive {Port, M1} -> M1 after 5000 -> none end),
    ?P(unregister(a_port)), ?P(whereis(a_port)), ?P(erlang:port_info(Port, registered_name)), ?X(a_port ! x), ?P(register(a_port, Port)), ?P(port_close(a_port)), ?P(whereis(a_port)), ?P(t:flush(30)).

%% The port program's end, which comes when they do watch, reaches all who are linked or watch.
ends() ->
    [begin
         Port = open_port({spawn, "sh -c 'read go; " ++ C ++ "'"}, O), M = monitor(port, Port), port_command(Port, "\n"),
         t:p({C, O}, {receive {'DOWN', M, A, _, R} -> {A, R} after 5000 -> none end, lists:sort([case X of {P, Y} when P =:= Port -> Y; {'EXIT', P, Y} when P =:= Port -> {'EXIT', Y} end || X <- t:flush(50)])})
     end || C <- ["true", "false", "echo x", "kill -9 $$", "exec kill -9 $$"], O <- [[], [exit_status]]].
