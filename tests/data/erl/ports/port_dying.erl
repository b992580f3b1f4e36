-module(port_dying).
-export([main/0]).
-include("../../t.hrl").

%% Programs that die, flood, hang or close early.
main() ->
    process_flag(trap_exit, true),
    dead(), closes_input(), closes_output(), floods(), hangs(), owner_dies(), halves().

sh(Script, Options) -> open_port({spawn_executable, "/bin/sh"}, [{args, ["-c", Script]}, binary | Options]).

%% Writing to a program that is gone: the port ends with epipe.
dead() ->
    [begin
         Port = sh("exec 0<&-; echo closed; sleep 1", O), M = monitor(port, Port), receive {Port, {data, _}} -> ok after 5000 -> late end,
         t:p(O, {catch port_command(Port, "x"), receive {'EXIT', Port, R} -> R after 5000 -> none end, receive {'DOWN', M, _, _, R1} -> R1 after 5000 -> none end, erlang:port_info(Port), t:flush(10)})
     end || O <- [[], [exit_status], [eof], [{packet, 4}]], O =/= [{packet, 4}]],
    Port = sh("exec 0<&-; echo closed; sleep 1", []), receive {Port, {data, _}} -> ok after 5000 -> late end, Port ! {self(), {command, "x"}}, ?P(receive {'EXIT', Port, R} -> R after 5000 -> none end),
    P2 = sh("exec 0<&-; echo closed; sleep 1", []), unlink(P2), receive {P2, {data, _}} -> ok after 5000 -> late end, ?P(catch port_command(P2, "x")), ?P(t:flush(50)), ?P(erlang:port_info(P2)),
    P3 = sh("exit 0", [exit_status]), receive {P3, {exit_status, 0}} -> ok after 5000 -> late end, ?P(receive {'EXIT', P3, R3} -> R3 after 5000 -> none end), ?P(t:r(fun() -> port_command(P3, "x") end)),
    P4 = sh("exit 0", [eof]), receive {P4, eof} -> ok after 5000 -> late end, timer:sleep(100), ?P(catch port_command(P4, "x")), ?P(receive {'EXIT', P4, R4} -> R4 after 5000 -> none end), ?P(t:flush(10)).

%% While bytes wait.
closes_input() ->
    Port = sh("sleep 0.2; exec 0<&-; sleep 0.3; echo not heard", [exit_status]), port_command(Port, binary:copy(<<"x">>, 300000)), ?P(receive {'EXIT', Port, R} -> R after 5000 -> none end), ?P(t:flush(50)).

closes_output() ->
    P1 = sh("exec 1>&-; sleep 0.2; exit 7", [exit_status]), ?P(receive {P1, M1} -> M1 after 5000 -> none end), ?P(receive {'EXIT', P1, R1} -> R1 after 5000 -> none end),
    P2 = sh("echo a; exec 1>&-; cat > port_dying.tmp2; mv port_dying.tmp2 port_dying.tmp", [eof]), ?P([receive {P2, M2} -> M2 after 5000 -> none end, receive {P2, M3} -> M3 after 5000 -> none end]), ?P(port_command(P2, "after the end")), port_close(P2),
    t:wait(fun() -> filelib:is_file("port_dying.tmp") end), ?P(file:read_file("port_dying.tmp")), file:delete("port_dying.tmp"),
    P4 = sh("exec 1>&-; sleep 0.2", []), ?P(receive {'EXIT', P4, R4} -> R4 after 5000 -> none end), ?P(t:flush(10)).

floods() ->
    P1 = sh("yes", []), ?P(receive {P1, {data, <<"y\ny\n", _/binary>>}} -> flood after 5000 -> none end), timer:sleep(20), port_close(P1), ?P(drain(P1)),
    P2 = sh("head -c 2000000 /dev/zero", [exit_status, eof]), ?P(bytes(P2, 0)),
    P3 = sh("yes | head -n 20000", [{line, 100}, exit_status]), ?P(lines(P3, 0)),
    %% Both ways at once: nobody waits for ever.
    P4 = sh("exec cat", []), Me = self(), D = binary:copy(<<"0123456789">>, 100000), spawn_link(fun() -> port_command(P4, D), Me ! sent end), ?P(read(P4, byte_size(D), []) =:= D), ?P(receive sent -> sent after 5000 -> none end), port_close(P4), t:flush(10).

drain(P) -> receive {P, {data, _}} -> drain(P); {'EXIT', P, R} -> {R, [M || M <- t:flush(20), element(1, M) =:= P]} after 5000 -> none end.
bytes(P, N) -> receive {P, {data, D}} -> bytes(P, N + byte_size(D)); {P, M} -> {N, M} after 5000 -> {N, none} end.
lines(P, N) -> receive {P, {data, {eol, <<"y">>}}} -> lines(P, N + 1); {P, M} -> {N, M} after 5000 -> {N, none} end.
read(_, 0, Acc) -> iolist_to_binary(lists:reverse(Acc));
read(P, N, Acc) -> receive {P, {data, D}} -> read(P, N - byte_size(D), [D | Acc]) after 10000 -> none end.

%% A program that never ends by itself: closing does not wait for it, and does not kill it.
hangs() ->
    P = sh("trap '' TERM HUP; echo $$; sleep 0.3; echo x > port_dying.tmp", []), receive {P, {data, _}} -> ok after 5000 -> late end, T = erlang:monotonic_time(millisecond), port_close(P), ?P(erlang:monotonic_time(millisecond) - T < 200),
    t:wait(fun() -> file:read_file("port_dying.tmp") =:= {ok, <<"x\n">>} end), file:delete("port_dying.tmp"), t:flush(10).

owner_dies() ->
    Me = self(), file:delete("port_dying.tmp"),
    [begin O = spawn(fun() -> P = sh("cat; echo end > port_dying.tmp", []), Me ! {port, P}, receive stop -> exit(R) end end), P = receive {port, P0} -> P0 end, M = monitor(port, P), O ! stop, ?P(receive {'DOWN', M, _, _, R1} -> R1 after 5000 -> none end),
           t:wait(fun() -> filelib:is_file("port_dying.tmp") end), file:delete("port_dying.tmp") end || R <- [normal, kill, reason]].

%% The other end of a packet never comes.
halves() ->
    P = sh("printf '\\000\\000\\001\\000abc'; sleep 0.1", [{packet, 4}, exit_status]), ?P(receive {P, M} -> M after 5000 -> none end), ok.
