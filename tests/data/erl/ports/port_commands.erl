-module(port_commands).
-export([main/0]).
-include("../../t.hrl").

%% What processes send to ports, and who may: port_command/2,3, port_connect/2, port_close/1, and their messages.
main() ->
    process_flag(trap_exit, true),
    bad_arguments(), bad_messages(), owners(), closing(), connecting(), gone(), data().

cat() -> open_port({spawn, "cat"}, [binary]).

drop(Port) -> unlink(Port), catch port_close(Port), t:flush(5).

bad_arguments() ->
    Port = cat(),
    [t:p(D, t:r(fun() -> port_command(Port, t:id(D)) end)) || D <- [a, 1, {}, [256], [-1], [a], ["a" | b], ["a" | 1], #{}, "a\x{400}"]],
    [t:p(O, t:r(fun() -> port_command(Port, "", t:id(O)) end)) || O <- [a, [], [a], [force], [nosuspend], [nosuspend, force], [force, a], [nosuspend | a], {}, [{force, true}]]],
    [t:p(t:s(P), t:r(fun() -> port_command(t:id(P), "x") end)) || P <- [a, 1, {self()}, "p", user]],
    [t:p(t:s(P), t:r(fun() -> port_close(t:id(P)) end)) || P <- [a, 1, {self()}, undefined]],
    [t:p(t:s(P), t:r(fun() -> port_connect(Port, t:id(P)) end)) || P <- [a, 1, [Port], [dead()]]],
    ?X(port_connect(?I(x), self())), ?X(port_connect(?I(1), self())), ?X(port_connect(?I(1), ?I(2))),
    [t:p(A, t:r(fun() -> apply(erlang, port_control, [Port | A]) end)) || A <- [[0, ""], [-1, ""], [a, ""], [1 bsl 32, ""], [1 bsl 70, ""], [1, a], [1, [256]], [1, <<1:3>>]]],
    ?X(port_control(?I(a), 1, "")), ?X(port_control(?I(1), 1, "")), ?X(port_control(?I(self()), 1, "")),
    [t:p(A, t:r(fun() -> apply(erlang, port_call, [Port | A]) end)) || A <- [[0, ""], [-1, ""], [a, ""], [1 bsl 32, ""], [""], [x]]],
    ?X(erlang:port_call(?I(a), 1, "")), ?X(erlang:port_call(?I(1), 1, x)),
    ?X(erlang:port_info(?I(1))), ?X(erlang:port_info(?I("a"))), ?X(erlang:port_info(?I(no_such_name))), ?X(erlang:port_info(?I(self()))),
    ?X(erlang:port_info(?I(1), name)), ?X(erlang:port_info(Port, ?I(a))), ?X(erlang:port_info(Port, ?I(1))), ?X(erlang:port_info(?I(no_such_name), a)), ?X(erlang:port_info(?I(no_such_name), name)),
    ?X(erlang:port_set_data(?I(a), 1)), ?X(erlang:port_get_data(?I(a))), ?X(erlang:port_set_data(?I(1), 1)),
    ?P(t:flush(50)), drop(Port).

dead() -> P = spawn(fun() -> ok end), t:down(P), P.

%% Messages that are no commands: the owner gets an exit signal from the port, which lives.
bad_messages() ->
    [begin
         Port = cat(), Other = spawn_link(fun() -> receive stop -> ok end end),
         Port ! M1 = case M of {me, X} -> {self(), X}; {other, X} -> {Other, X}; X -> X end,
         Got = receive {'EXIT', Port, R} -> R; {Port, Y} -> {got, Y} after 100 -> nothing end,
         t:p(t:s(M), {Got, erlang:port_info(Port, connected) =/= undefined, M1 =/= none}),
         unlink(Other), exit(Other, kill), drop(Port)
     end || M <- [a, {}, {me, a}, {me, {}}, {me, close}, {me, {close}}, {me, {command, a}}, {me, {command, [a]}}, {me, {command, [256]}}, {me, {command}}, {me, {command, "abc"}},
                  {me, {connect, a}}, {me, {connect, 1}}, {me, {connect}}, {me, connect}, {other, close}, {other, {command, "x"}}, {other, {connect, self()}}, {a, close}, {a, {command, "x"}}, "abc"]].

%% Anybody may call the functions; messages must name the owner.
owners() ->
    Port = cat(), Me = self(),
    spawn_link(fun() -> Me ! {self(), port_command(Port, "from another")} end),
    ?P([receive {Port, M} -> M after 5000 -> none end, receive {P, R} when is_pid(P) -> R after 5000 -> none end]), t:flush(20),
    %% Whose name is in the message counts, not who sent it.
    spawn_link(fun() -> Port ! {Me, {command, "in my name"}} end),
    ?P(receive {Port, M1} -> M1 after 5000 -> none end), t:flush(20),
    spawn_link(fun() -> Me ! {closed, port_close(Port)} end),
    ?P([receive {closed, T} -> T after 5000 -> none end, receive {'EXIT', Port, R1} -> R1 after 5000 -> none end]), t:flush(20).

closing() ->
    P1 = cat(), P1 ! {self(), close}, ?P(t:flush(50)),
    P2 = cat(), port_close(P2), ?P(t:flush(50)), ?X(port_close(P2)),
    P3 = cat(), unlink(P3), P3 ! {self(), close}, ?P(t:flush(50)),
    P4 = cat(), unlink(P4), port_close(P4), ?P(t:flush(50)),
    P5 = cat(), unlink(P5), exit(P5, normal), ?P({t:flush(50), erlang:port_info(P5, connected) =/= undefined}), drop(P5),
    [begin P = cat(), exit(P, R), t:p({exit, R}, {t:flush(50), erlang:port_info(P, connected) =/= undefined}), drop(P) end || R <- [normal, kill, shutdown, {some, term}]],
    [begin P = cat(), spawn(fun() -> exit(P, R) end), t:p({other, R}, {t:flush(50), erlang:port_info(P, connected) =/= undefined}), drop(P) end || R <- [normal, kill, shutdown]],
    P6 = cat(), P6 ! {self(), {command, "x"}}, P6 ! {self(), close}, ?P([M || {P, M} <- t:flush(100), P =:= P6, M =:= closed]).

connecting() ->
    Port = cat(), Me = self(),
    New = spawn(fun Loop() -> process_flag(trap_exit, true), receive {Port, M} -> Me ! {new_got, M}, Loop(); stop -> ok end end),
    ?P(port_connect(Port, New)), ?P(links(Port, [Me, New])), ?P(erlang:port_info(Port, connected) =:= {connected, New}),
    port_command(Port, "a"), ?P(receive {new_got, D} -> D after 5000 -> none end),
    Port ! {Me, {command, "b"}}, ?P(t:flush(50)),
    Port ! {New, {connect, Me}}, ?P(t:flush(50)), ?P(erlang:port_info(Port, connected) =:= {connected, Me}), ?P(links(Port, [Me, New])),
    Port ! {Me, {connect, New}}, ?P(t:flush(50)), ?P(erlang:port_info(Port, connected) =:= {connected, New}),
    %% The owner's end is the port's, if they are linked.
    M = monitor(port, Port), New ! stop, ?P(receive {'DOWN', M, _, _, R} -> R after 5000 -> none end), ?P(t:flush(50)),
    P2 = cat(), N2 = spawn(fun() -> receive stop -> exit(why) end end), port_connect(P2, N2), unlink(P2), M2 = monitor(port, P2), N2 ! stop, ?P(receive {'DOWN', M2, _, _, R2} -> R2 after 5000 -> none end),
    P3 = cat(), port_connect(P3, Me), ?P(links(P3, [Me])), drop(P3).

links(Port, Those) -> {links, L} = erlang:port_info(Port, links), lists:sort(L) =:= lists:sort(Those).

%% A port that is gone.
gone() ->
    Port = cat(), unlink(Port), port_close(Port),
    ?X(port_command(Port, "x")), ?X(port_command(Port, "x", [nosuspend])), ?X(port_close(Port)), ?X(port_connect(Port, self())), ?X(port_control(Port, 1, "")), ?X(erlang:port_call(Port, 1, "")),
    ?X(erlang:port_info(Port)), ?X(erlang:port_info(Port, name)), ?X(erlang:port_info(Port, nonsense)), ?X(erlang:port_set_data(Port, 1)), ?X(erlang:port_get_data(Port)),
    ?P(Port ! {self(), close}), ?P(Port ! {self(), {command, "x"}}), ?P(Port ! nonsense), ?P(exit(Port, kill)), ?P(lists:member(Port, erlang:ports())), ?P(t:flush(50)),
    ?X(link(Port)), ?P(t:flush(50)), ?P(unlink(Port)), ?P(is_port(Port)).

data() ->
    Port = cat(),
    ?X(erlang:port_get_data(Port)),
    [t:p(D, {erlang:port_set_data(Port, D), erlang:port_get_data(Port) =:= D}) || D <- [1, a, {large, lists:seq(1, 100)}, <<0:1000>>, #{a => b}, [], 1 bsl 100, fun lists:seq/2]],
    R = make_ref(), erlang:port_set_data(Port, {R, self()}), erlang:garbage_collect(), ?P(erlang:port_get_data(Port) =:= {R, self()}), drop(Port), ok.
