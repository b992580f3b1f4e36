-module(port_busy).
-export([main/0]).
-include("../../t.hrl").

%% A port is busy when the bytes that wait reach a limit: who commands it waits then.
main() ->
    process_flag(trap_exit, true),
    waits(), nosuspend(), messages(), limits(), killed(), released(), closed(), watched().

%% A program that reads nothing until it is told by a file.
deaf(Options) ->
    file:delete("port_busy.tmp"),
    open_port({spawn_executable, "/bin/sh"}, [{args, ["-c", "while ! [ -e port_busy.tmp ]; do sleep 0.02; done; wc -c"]}, exit_status, binary | Options]).

go() -> ok = file:write_file("port_busy.tmp", "").

status(P) -> process_info(P, status).

suspended(P) -> suspended(P, 400).
suspended(P, 0) -> status(P);
suspended(P, N) -> case status(P) of {status, suspended} -> suspended; _ -> timer:sleep(5), suspended(P, N - 1) end.

writer(Port, How, Count) -> Me = self(), spawn(fun() -> [write(How, Port, Me) || _ <- lists:seq(1, Count)], Me ! {self(), done} end).

write(call, Port, _) -> port_command(Port, binary:copy(<<"x">>, 1000));
write(message, Port, Owner) -> Port ! {Owner, {command, binary:copy(<<"x">>, 1000)}}.

waits() ->
    [begin
         Port = deaf([]), W = writer(Port, How, 1000),
         t:p({How, suspended}, suspended(W)), {queue_size, Q} = erlang:port_info(Port, queue_size), t:p({How, queue}, Q >= 8192 andalso Q < 20000),
         go(), t:p({How, done}, receive {W, done} -> true after 10000 -> false end),
         port_close(Port), t:flush(10)
     end || How <- [call, message]].

nosuspend() ->
    Port = deaf([]), fill(Port),
    ?P(port_command(Port, "x", [nosuspend])), ?P(erlang:send(Port, {self(), {command, "x"}}, [nosuspend])), ?P(erlang:send_nosuspend(Port, {self(), {command, "x"}})),
    ?X(port_command(Port, "x", [force])), ?P(erlang:send(Port, {self(), {connect, self()}}, [nosuspend])),
    ?P(receive {Port, M} -> M after 1000 -> none end),
    %% What is empty does not wait either.
    ?P(port_command(Port, "", [nosuspend])),
    go(), ?P(later(fun() -> port_command(Port, "x", [nosuspend]) end)), port_close(Port), t:flush(10).

fill(Port) -> case port_command(Port, binary:copy(<<"y">>, 1000), [nosuspend]) of true -> fill(Port); false -> ok end.

later(F) -> later(F, 500).
later(_, 0) -> never;
later(F, N) -> case F() of true -> true; _ -> timer:sleep(5), later(F, N - 1) end.

%% All arrive, in order of each sender.
messages() ->
    Port = open_port({spawn, "cat"}, [binary, {packet, 2}]), Me = self(), N = 3000,
    Ws = [spawn(fun() -> [case I rem 2 of 0 -> Port ! {Me, {command, [W, <<I:32>>, lists:duplicate(100, W)]}}; 1 -> port_command(Port, [W, <<I:32>>, lists:duplicate(100, W)]) end || I <- lists:seq(1, N)] end) || W <- [1, 2, 3]],
    Got = [receive {Port, {data, <<W, I:32, _/binary>>}} -> {W, I} after 10000 -> none end || _ <- Ws, _ <- lists:seq(1, N)],
    [t:p({sender, W}, [I || {V, I} <- Got, V =:= W] =:= lists:seq(1, N)) || W <- [1, 2, 3]], port_close(Port), t:flush(10).

limits() ->
    [begin
         Port = deaf([{busy_limits_port, L}]), W = writer(Port, call, 400),
         t:p(L, {case L of disabled -> receive {W, done} -> done after 5000 -> never end; {_, H} when H > 500000 -> receive {W, done} -> done after 5000 -> never end; _ -> suspended(W) end,
                 case erlang:port_info(Port, queue_size) of {queue_size, Q} when Q > 300000 -> much; {queue_size, Q} when is_tuple(L) -> Q >= element(2, L) andalso Q < element(2, L) + 2000; X -> X end}),
         exit(W, kill), port_close(Port), t:flush(10)
     end || L <- [{1, 1}, {50, 100}, {10000, 50000}, {100, 600000}, disabled]],
    t:flush(10).

%% A process that waits can be killed.
killed() ->
    Port = deaf([]), W = writer(Port, call, 1000), ?P(suspended(W)), exit(W, kill), ?P(t:down(W)), V = writer(Port, message, 1000), ?P(suspended(V)), exit(V, why), ?P(t:down(V)), ?P(erlang:port_info(Port, connected) =:= {connected, self()}),
    port_close(Port), t:flush(10).

%% Who waits for a port that is closed goes on: port_command fails, a message is lost.
released() ->
    [begin
         Port = deaf([]), fill(Port),
         {W, M} = spawn_monitor(fun() -> exit({result, t:r(fun() -> write(How, Port, self()), went_on end)}) end),
         t:p({How, waits}, suspended(W)), unlink(Port), exit(Port, kill), t:p(How, receive {'DOWN', M, _, _, R} -> R after 5000 -> none end), t:flush(10)
     end || How <- [call, message]].

%% Closing a port that has bytes to write tells the owner at once; the bytes are written nevertheless.
closed() ->
    file:delete("port_busy.out"),
    Port = open_port({spawn_executable, "/bin/sh"}, [{args, ["-c", "while ! [ -e port_busy.tmp ]; do sleep 0.02; done; wc -c > port_busy.out2; mv port_busy.out2 port_busy.out"]}, out]),
    file:delete("port_busy.tmp"),
    port_command(Port, binary:copy(<<"z">>, 500000)), M = monitor(port, Port),
    ?P(element(2, erlang:port_info(Port, queue_size)) > 8192), ?P(port_close(Port)), ?P(receive {'DOWN', M, port, _, R} -> R after 1000 -> none end), ?P(receive {'EXIT', Port, R1} -> R1 after 1000 -> none end),
    ?P([I || {I, _} <- erlang:port_info(Port)]), ?P(erlang:port_info(Port, links)), ?P(lists:member(Port, erlang:ports())), go(),
    ?P(later(fun() -> filelib:is_file("port_busy.out") end)), ?P(file:read_file("port_busy.out")), file:delete("port_busy.out"), t:flush(10).

watched() ->
    erlang:system_monitor(self(), [busy_port]),
    Port = deaf([]), W = writer(Port, call, 1000), ?P(receive {monitor, W, busy_port, Port} -> seen after 5000 -> none end), exit(W, kill), erlang:system_monitor(undefined), port_close(Port), go(), timer:sleep(100), file:delete("port_busy.tmp"), t:flush(10), ok.
