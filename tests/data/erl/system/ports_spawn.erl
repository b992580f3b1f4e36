-module(ports_spawn).
-export([main/0]).
-include("../../t.hrl").

main() ->
    P = open_port({spawn, "cat"}, [binary, stream]), ?P(is_port(P)), ?P(port_command(P, "hello\n")), ?P(receive {P, {data, D}} -> D after 2000 -> none end), P ! {self(), {command, ["io", <<"list">>]}}, ?P(receive {P, {data, D2}} -> D2 after 2000 -> none end), ?P(erlang:port_info(P, name)), ?P(erlang:port_info(P, connected) =:= {connected, self()}), ?P(port_close(P)), ?X(port_command(P, "x")), ?P(erlang:port_info(P)), L = open_port({spawn_executable, "/bin/sh"}, [{args, ["-c", "echo one; echo two; printf part; exit 4"]}, {line, 100}, exit_status, binary, eof]), ?P(lists:sort([receive {L, X} -> X after 2000 -> none end || _ <- lists:seq(1, 5)])), port_close(L), K = open_port({spawn, "cat"}, [{packet, 2}]), port_command(K, "packet one"), port_command(K, "two"), ?P([receive {K, {data, D3}} -> D3 after 2000 -> none end || _ <- [1, 2]]), K ! {self(), close}, ?P(receive {K, closed} -> closed after 2000 -> none end), ?X(open_port({spawn_executable, "/no/such/program"}, [])), ?X(open_port(?I(x), [])), ?X(open_port({spawn, "cat"}, [foo])), E = open_port({spawn_executable, "/bin/sh"}, [{args, ["-c", "echo $OXV; pwd"]}, {env, [{"OXV", "set"}]}, {cd, "/"}, binary, exit_status]), ?P(collect(E, <<>>)), process_flag(trap_exit, true), Q = open_port({spawn, "cat"}, []), link(Q), exit(Q, kill), ?P(receive {'EXIT', Q, R} -> R after 2000 -> none end).

collect(P, A) -> receive {P, {data, D}} -> collect(P, <<A/binary, D/binary>>); {P, {exit_status, S}} -> {S, A} after 3000 -> {none, A} end.
