-module(port_exit_status).
-export([main/0]).
-include("../../t.hrl").

%% How the end of a program is told: data, eof, exit_status and the exit signal, in this order.
main() ->
    process_flag(trap_exit, true),
    Programs = ["exit 0", "exit 1", "exit 3", "exit 255", "exit 256", "echo data; exit 7", "kill -9 $$", "kill -15 $$", "echo a; kill -1 $$", "kill -6 $$",
                "exec 1>&-; sleep 0.1; exit 4", "exec 0<&-; echo b", "no_such_command", "./no/such/file", "(sleep 0.2; echo late)& exit 5", "cat"],
    [t:p({P, O}, run(P, O)) || P <- Programs, O <- [[], [eof], [exit_status], [eof, exit_status], [exit_status, in], [exit_status, eof, binary, in]], P =/= "cat"],
    [t:p({P, O}, run(P, O)) || P <- ["exit 3", "cat >/dev/null; exit 2", "kill -9 $$"], O <- [[out, exit_status]]],
    [t:p({cat, O}, closed(O)) || O <- [[], [eof], [exit_status], [eof, exit_status], [out], [in]]],
    directory(), twice().

run(Program, Options) ->
    Port = open_port({spawn_executable, "/bin/sh"}, [{args, ["-c", Program ++ " 2>/dev/null"]}, stderr_to_stdout | Options]),
    Out = proplists:get_bool(out, Options) andalso Program =/= "exit 3",
    Out andalso (catch port_close(Port)),
    got(Port, proplists:get_bool(eof, Options), proplists:get_bool(exit_status, Options), Out).

got(Port, Eof, Status, Closed) ->
    receive
        {Port, eof} when not Status -> [eof | left(Port)];
        {Port, {exit_status, S}} when Eof -> [{exit_status, S} | left(Port)];
        {Port, M} -> [M | got(Port, Eof, Status, Closed)];
        {'EXIT', Port, R} -> [{'EXIT', R}]
    after if Closed -> 100; true -> 10000 end -> [nothing]
    end.

%% What stays after eof: the port.
left(Port) ->
    More = [case M of {Port, X} -> X; {'EXIT', Port, X} -> {'EXIT', X} end || M <- t:flush(150)],
    More ++ [{still, erlang:port_info(Port, connected) =/= undefined}, catch port_close(Port), receive {'EXIT', Port, R} -> R after 1000 -> none end].

%% Who closes the port hears nothing more.
closed(Options) ->
    Port = open_port({spawn, "cat"}, Options),
    port_close(Port), [case M of {Port, X} -> X; {'EXIT', Port, X} -> {'EXIT', X} end || M <- t:flush(50)].

directory() ->
    [t:p(O, run("pwd; exit 1", O)) || O <- [[{cd, "/"}, exit_status], [{cd, "/usr"}, exit_status], [{cd, <<"/usr">>}, exit_status], [{cd, "/no/such/directory"}, exit_status], [{cd, "/no/such/directory"}], [{cd, "/no"}, eof], [{cd, ""}, exit_status, in]], O =/= [{cd, ""}, exit_status, in]].

%% The owner is told once.
twice() ->
    Port = open_port({spawn, "true"}, [exit_status]),
    ?P(receive {Port, M} -> M after 5000 -> none end), ?P(receive {'EXIT', Port, R} -> R after 5000 -> none end), ?P(t:flush(100)), ?X(port_close(Port)), ?P(erlang:port_info(Port)).
