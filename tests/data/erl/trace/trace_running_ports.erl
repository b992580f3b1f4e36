-module(trace_running_ports).
-export([main/0]).

%% What ports do, step by step: what they are asked for, what comes by itself, what sockets send.
main() ->
    Tracer = spawn(fun() -> tracer([]) end),
    Program = open_port({spawn, "cat"}, [binary]),
    trace(Program, Tracer),
    step(command, Tracer, fun() -> port_command(Program, <<"hello">>), receive {Program, _} -> ok end end),
    step(message, Tracer, fun() -> Program ! {self(), {command, <<"hello">>}}, receive {Program, _} -> ok end end),
    step(control, Tracer, fun() -> catch port_control(Program, 1, <<>>) end),
    step(info, Tracer, fun() -> erlang:port_info(Program), erlang:port_info(Program, name) end),
    step(unlink, Tracer, fun() -> unlink(Program) end),
    step(link, Tracer, fun() -> link(Program) end),
    step(monitor, Tracer, fun() -> erlang:demonitor(erlang:monitor(port, Program)) end),
    Other = spawn(fun() -> receive after infinity -> ok end end),
    step(connect, Tracer, fun() -> port_connect(Program, Other) end),
    step(connect_back, Tracer, fun() -> port_connect(Program, self()) end),
    step(connect_by_message, Tracer, fun() -> Program ! {self(), {connect, Other}}, receive {Program, connected} -> ok end end),
    step(close, Tracer, fun() -> port_close(Program) end),
    {ok, Udp} = gen_udp:open(0, [binary]),
    {ok, Number} = inet:port(Udp),
    trace(Udp, Tracer),
    step(udp_send, Tracer, fun() -> gen_udp:send(Udp, {127, 0, 0, 1}, Number, <<"x">>), receive {udp, _, _, _, _} -> ok end end),
    step(udp_set, Tracer, fun() -> inet:setopts(Udp, [{active, false}]) end),
    step(udp_timeout, Tracer, fun() -> gen_udp:recv(Udp, 0, 10) end),
    erlang:trace(Udp, false, [all]),
    gen_udp:close(Udp),
    {ok, Listening} = gen_tcp:listen(0, [binary]),
    {ok, Port} = inet:port(Listening),
    {ok, Client} = gen_tcp:connect({127, 0, 0, 1}, Port, [binary]),
    {ok, Server} = gen_tcp:accept(Listening),
    trace(Server, Tracer),
    step(tcp_receive, Tracer, fun() -> gen_tcp:send(Client, <<"hi">>), receive {tcp, Server, _} -> ok end end),
    step(tcp_send, Tracer, fun() -> gen_tcp:send(Server, <<"hi">>), receive {tcp, Client, _} -> ok end end),
    step(tcp_closed, Tracer, fun() -> gen_tcp:close(Client), receive {tcp_closed, Server} -> ok end end).

trace(Port, Tracer) -> 1 = erlang:trace(Port, true, [running_ports, ports, send, {tracer, Tracer}]).

tracer(Events) ->
    receive
        {events, Pid} -> Pid ! {events, lists:reverse(Events)}, tracer([]);
        Event -> tracer([Event | Events])
    end.

step(What, Tracer, Fun) ->
    Fun(),
    receive after 100 -> ok end,
    Tracer ! {events, self()},
    receive {events, Events} -> t:p(What, [event(Event) || Event <- Events]) end.

event({trace, _, Tag, What}) -> {Tag, plain(What)};
event({trace, _, Tag, What, _}) -> {Tag, plain(What)}.

%% Without what differs from run to run.
plain({udp, _, _, _, Data}) -> {udp, Data};
plain(Tuple) when is_tuple(Tuple) -> list_to_tuple([plain(Element) || Element <- tuple_to_list(Tuple)]);
plain(Pid) when is_pid(Pid) -> pid;
plain(Port) when is_port(Port) -> port;
plain(Term) -> Term.
