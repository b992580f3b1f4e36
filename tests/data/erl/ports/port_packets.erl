-module(port_packets).
-export([main/0]).
-include("../../t.hrl").

%% {packet, N}: lengths in front of what goes out and comes in.
main() ->
    [echo(N, Size) || N <- [1, 2, 4], Size <- [0, 1, 2, 255, 256, 65535, 65536, 200000]],
    [raw(N, Text) || {N, Text} <- [{1, "\\001a\\002bc\\000\\003xyz"}, {2, "\\000\\001a\\000\\000\\000\\002bc"}, {4, "\\000\\000\\000\\001a\\000\\000\\000\\002bc"},
                                    {1, "\\005abc"}, {2, "\\000"}, {2, "\\000\\003ab"}, {4, "\\000\\000\\000\\003a"}]],
    slow(), outgoing(), many().

echo(N, Size) ->
    process_flag(trap_exit, true),
    Port = open_port({spawn, "cat"}, [{packet, N}, binary]),
    Data = binary:copy(<<"x">>, Size),
    Sent = t:r(fun() -> port_command(Port, Data) end),
    Got = receive {Port, {data, Data}} -> same; {Port, {data, Other}} -> {other, byte_size(Other)}; {'EXIT', Port, Reason} -> {exit, Reason} after 10000 -> nothing end,
    catch port_close(Port),
    t:p({N, Size}, {Sent, Got, case Got of {exit, _} -> told; _ -> receive {'EXIT', Port, R} -> R after 5000 -> none end end}).

raw(N, Text) ->
    Port = open_port({spawn_executable, "/bin/sh"}, [{args, ["-c", "printf '" ++ Text ++ "'"]}, {packet, N}, exit_status, eof]),
    t:p({N, Text}, all(Port)).

all(Port) ->
    receive {Port, {exit_status, S}} -> [{exit_status, S} | rest(Port)];
            {Port, M} -> [M | all(Port)]; {'EXIT', Port, R} -> [{exit, R}]
    after 10000 -> [nothing] end.

rest(Port) -> [M || {P, M} <- t:flush(30), P =:= Port].

%% A packet that comes in pieces.
slow() ->
    Port = open_port({spawn_executable, "/bin/sh"}, [{args, ["-c", "for c in '\\000' '\\000\\000' '\\006a' 'bc' 'de' 'f\\000\\000' '\\000\\001z'; do printf $c; sleep 0.02; done"]}, {packet, 4}, exit_status]),
    t:p(all(Port)).

%% What goes out is one packet, whatever it is made of.
outgoing() ->
    [begin
         Port = open_port({spawn_executable, "/bin/sh"}, [{args, ["-c", "head -c " ++ integer_to_list(4 * N + 10 + 10) ++ " > port_packets.tmp"]}, {packet, N}, stream, {packet, N}, exit_status]),
         port_command(Port, ["ab", <<"cd">>, [[], $e | <<"f">>]]), port_command(Port, []), port_command(Port, <<>>),
         Port ! {self(), {command, "last"}},
         port_command(Port, lists:duplicate(64, $.)),
         receive {Port, {exit_status, S}} -> ok; {'EXIT', Port, S} -> ok after 10000 -> S = none end,
         t:p(N, {S, file:read_file("port_packets.tmp")}), file:delete("port_packets.tmp")
     end || N <- [1, 2, 4]],
    t:flush(20).

many() ->
    Port = open_port({spawn, "cat"}, [{packet, 2}, binary]),
    spawn_link(fun() -> [Port ! {Owner, {command, <<I:32>>}} || Owner <- [t:id(owner(Port))], I <- lists:seq(1, 20000)] end),
    Got = [receive {Port, {data, <<I:32>>}} -> I after 10000 -> none end || _ <- lists:seq(1, 20000)],
    ?P(Got =:= lists:seq(1, 20000)),
    port_close(Port), ok.

owner(Port) -> {connected, Pid} = erlang:port_info(Port, connected), Pid.
