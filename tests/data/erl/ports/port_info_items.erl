-module(port_info_items).
-export([main/0]).
-include("../../t.hrl").

%% All that port_info/1,2 say.
main() ->
    spawned(), executable(), driver(), counted(), queued(), list(), of_all().

info(Port, Items) -> [case erlang:port_info(Port, I) of {I, V} -> {I, kind(I, V)}; X -> {I, X} end || I <- Items].

kind(id, V) -> is_integer(V);
kind(memory, V) -> is_integer(V) andalso V > 0;
kind(os_pid, V) when is_integer(V) -> V > 1;
kind(connected, V) -> V =:= self();
kind(links, V) -> V =:= [self()];
kind(_, V) -> V.

items() -> [registered_name, id, connected, links, name, input, output, os_pid, monitors, monitored_by, memory, parallelism, queue_size, locking].

spawned() ->
    Port = open_port({spawn, "cat -u"}, []), ?P(info(Port, items())), port_close(Port),
    P2 = open_port({spawn, <<"sleep 10">>}, [{parallelism, true}, in]), register(port_info_p2, P2), ?P(info(P2, items())), ?P(erlang:port_info(port_info_p2, registered_name)), port_close(P2),
    P3 = open_port({spawn, "echo \x{e5}\x{4e00} 'a b'"}, [eof]), receive {P3, eof} -> ok after 5000 -> late end, ?P(erlang:port_info(P3, name)), ?P(erlang:port_info(P3, os_pid) =/= {os_pid, undefined}), port_close(P3), t:flush(10).

executable() ->
    Port = open_port({spawn_executable, "/bin/cat"}, [{args, ["-u"]}, {arg0, "kitty"}]), ?P(info(Port, [name, parallelism])), port_close(Port),
    P2 = open_port({spawn_executable, <<"/bin/cat">>}, []), ?P(info(P2, [name])), port_close(P2).

driver() -> Port = open_port({spawn_driver, "ram_file_drv"}, [binary]), ?P(info(Port, items())), port_close(Port), P2 = open_port({spawn, "ram_file_drv and more"}, []), ?P(info(P2, [name, os_pid])), port_close(P2).

counted() ->
    Port = open_port({spawn, "cat"}, [{packet, 2}, binary]), port_command(Port, "hello"), receive {Port, {data, D}} -> ?P(D) after 5000 -> late end, ?P(info(Port, [input, output])), port_command(Port, []), receive {Port, _} -> ok after 5000 -> late end, ?P(info(Port, [input, output])),
    Port ! {self(), {command, [1, 2]}}, receive {Port, _} -> ok after 5000 -> late end, ?P(info(Port, [input, output])), port_close(Port),
    P2 = open_port({spawn_executable, "/bin/sh"}, [{args, ["-c", "printf 'ab\\ncd\\n'; exec cat"]}, {line, 10}]), receive {P2, {data, _}} -> ok end, receive {P2, {data, _}} -> ok end, ?P(info(P2, [input, output])), port_close(P2),
    ?X(port_command(P2, "x")).

queued() ->
    Port = open_port({spawn, "sleep 5"}, [out, {busy_limits_port, disabled}]), ?P(erlang:port_info(Port, queue_size)), port_command(Port, binary:copy(<<0>>, 300000)), {queue_size, Q} = erlang:port_info(Port, queue_size), ?P(Q > 100000 andalso Q < 300000), ?P(erlang:port_info(Port, output)),
    unlink(Port), exit(Port, kill), ?P(erlang:port_info(Port, queue_size)).

list() ->
    Port = open_port({spawn, "cat"}, []), ?P([{I, kind(I, V)} || {I, V} <- erlang:port_info(Port)]), register(port_info_c, Port), ?P([{I, kind(I, V)} || {I, V} <- erlang:port_info(port_info_c)]), port_close(Port).

%% Each port is in ports/0, and info is not harmed by ports that end meanwhile.
of_all() ->
    Ports = [open_port({spawn, "true"}, [exit_status]) || _ <- lists:seq(1, 50)],
    F = fun(F, 0) -> F; (F, N) -> [erlang:port_info(P) || P <- erlang:ports()], F(F, N - 1) end, F(F, 100),
    ?P([receive {P, {exit_status, 0}} -> ok after 5000 -> late end || P <- Ports] =:= [ok || _ <- Ports]), ?P(erlang:port_info(hd(Ports))),
    ?P(lists:all(fun is_port/1, erlang:ports())), ?P([erlang:port_info(P, name) || P <- lists:sublist(lists:sort(erlang:ports()), 1)]), t:flush(10), ok.
