%% Opens ten thousand ports of many kinds, on programs that end in many ways; then there are as many descriptors and children as before.
-module(ports).
-export([main/0]).

-define(AT_ONCE, 50).
-define(ROUNDS, 200).

main() ->
    process_flag(trap_exit, true),
    logger:set_primary_config(level, none),
    rounds(2),
    timer:sleep(500),
    Before = counts(),
    rounds(?ROUNDS),
    settle(Before, 400).

counts() -> {length(names("/proc/self/fd")), children(), length(erlang:ports())}.

names(Folder) ->
    {ok, Names} = file:list_dir(Folder),
    Names.

%% Of all threads; those that have exited and are not waited for are still there.
children() ->
    Tasks = "/proc/self/task/",
    lists:sum([children(Tasks ++ Task ++ "/children") || Task <- names(Tasks)]).

children(File) ->
    case file:read_file(File) of
        {ok, Numbers} -> length(string:lexemes(Numbers, " "));
        {error, _} -> 0
    end.

settle({Files, Children, Ports} = Before, Tries) ->
    case counts() of
        {F, C, P} when F =< Files, C =< Children, P =< Ports -> io:format("nothing left~n");
        After when Tries =:= 0 -> io:format("~p were ~p before~n", [After, Before]);
        _ -> timer:sleep(50), settle(Before, Tries - 1)
    end,
    halt().

rounds(N) ->
    [begin
         [finish(P) || P <- [kind(I rem 10) || I <- lists:seq(1, ?AT_ONCE)]],
         flush()
     end || _ <- lists:seq(1, N)].

kind(0) -> {wait, open_port({spawn, "true"}, [exit_status])};
kind(1) -> {close, open_port({spawn, "cat"}, [])};
kind(2) -> {kill, open_port({spawn, "cat"}, [exit_status])};
kind(3) -> {wait, open_port({spawn_executable, "/bin/sh"}, [{args, ["-c", "kill -9 $$"]}, exit_status])};
kind(4) -> {close, open_port({spawn, "head -c 200000 /dev/zero"}, [binary, stderr_to_stdout])};
kind(5) -> {wait, open_port({spawn_executable, "/bin/true"}, [{cd, "/"}, exit_status, eof])};
kind(6) -> {none, catch open_port({spawn_executable, "/no/such/program"}, [])};
kind(7) -> {none, spawn(fun() -> open_port({spawn, "cat"}, []) end)};
kind(8) -> {full, open_port({spawn_executable, "/bin/sh"}, [{args, ["-c", "exec 0<&-"]}, binary])};
kind(9) -> {close, open_port({spawn_executable, "/bin/true"}, [nouse_stdio, out])}.

finish({wait, Port}) ->
    receive {Port, {exit_status, _}} -> ok end,
    catch port_close(Port);
finish({close, Port}) -> catch port_close(Port);
finish({kill, Port}) -> exit(Port, kill);
finish({full, Port}) ->
    catch port_command(Port, binary:copy(<<0>>, 100000), [nosuspend]),
    catch port_close(Port);
finish({none, _}) -> ok.

flush() ->
    receive _ -> flush()
    after 0 -> ok
    end.
