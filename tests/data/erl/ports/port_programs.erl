-module(port_programs).
-export([main/0]).
-include("../../t.hrl").

%% What a program finds: arguments, environment, directory, descriptors, signals.
main() ->
    process_flag(trap_exit, true),
    arguments(), environment(), directory(), descriptors(), signals(), big().

out(Name, Options) ->
    Port = open_port(Name, [exit_status, eof, binary | Options]), collect(Port, []).

collect(Port, Acc) ->
    receive
        {Port, {data, D}} -> collect(Port, [Acc, D]);
        {Port, {exit_status, S}} -> receive {Port, eof} -> ok after 5000 -> ok end, catch port_close(Port), t:flush(0), {S, iolist_to_binary(Acc)};
        {'EXIT', Port, R} -> {exit, R}
    after 10000 -> {nothing, iolist_to_binary(Acc)}
    end.

sh(Script, Options) -> sh(Script, [], Options).
sh(Script, Args, Options) -> out({spawn_executable, "/bin/sh"}, [{args, ["-c", Script, "sh" | Args]} | Options]).

arguments() ->
    Show = "for a; do printf '[%s]' \"$a\"; done",
    [t:p(A, sh(Show, A, [])) || A <- [[], [""], ["a b", "", "c'd\"e", "$HOME `x` \\ *"], [<<"bin\xc3\xa5">>], ["\x{e5}\x{4e00}"], [lists:duplicate(1000, $a)], [<<255, 254>>]], length(A) < 10],
    ?P(out({spawn, "printf '[%s]' a \"b c\" $((1+2)) 'd\"e'"}, [])), ?P(out({spawn, "echo a; echo b"}, [])), ?P(out({spawn, "no_such_program_at_all 2>/dev/null"}, [])), ?P(out({spawn, "(exit 3)"}, [])), ?P(out({spawn, " true"}, [])),
    ?P(sh("echo $0", [])), ?P(out({spawn_executable, "/bin/sh"}, [{args, ["-c", "echo $0"]}, {arg0, "another"}])), ?P(out({spawn_executable, "/bin/sh"}, [{args, [<<"-c">>, <<"echo $0">>]}, {arg0, <<"b\xc3\xa5">>}])),
    ok = file:write_file("port_programs.tmp", "#!/bin/sh\necho script \"$@\"\n"), ok = file:change_mode("port_programs.tmp", 8#755),
    ?P(out({spawn_executable, "port_programs.tmp"}, [{args, ["1", "2"]}])), ?P(out({spawn_executable, "./port_programs.tmp"}, [])), ?P(out({spawn, "./port_programs.tmp x"}, [])), ?P(out({spawn, "./port_programs.tmp x"}, [{cd, "/"}])),
    ok = file:write_file("port_programs.tmp", "echo no interpreter\n"), ?P(out({spawn_executable, "port_programs.tmp"}, [])), ok = file:write_file("port_programs.tmp", "#!/no/such/interpreter\n"), ?P(out({spawn_executable, "port_programs.tmp"}, [])), ?P(out({spawn, "./port_programs.tmp 2>/dev/null"}, [])), file:delete("port_programs.tmp").

environment() ->
    Show = "echo \"${PORT_A-unset} ${PORT_B-unset} ${PORT_C-unset}\"",
    os:putenv("PORT_A", "of the node"), os:unsetenv("PORT_B"),
    [t:p(E, sh(Show, [{env, E}])) || E <- [[], [{"PORT_A", "changed"}], [{"PORT_A", false}], [{"PORT_B", "b"}], [{"PORT_B", "1"}, {"PORT_B", "2"}], [{"PORT_B", "1"}, {"PORT_B", false}], [{"PORT_A", false}, {"PORT_A", "again"}],
                                          [{"PORT_A", ""}, {"PORT_B", "\x{e5}\x{4e00}"}], [{"PORT_C", "a=b=c"}, {"PORT_B", " "}], [{"PORT_Z", false}]]],
    ?P(sh(Show, [{env, [{"PORT_A", "first"}]}, {env, [{"PORT_B", "second"}]}])),
    ?P(os:getenv("PORT_B")), os:putenv("PORT_B", "later"), ?P(sh(Show, [])), ?P(os:cmd(Show)), os:unsetenv("PORT_A"), os:unsetenv("PORT_B"), ?P(sh(Show, [])).

directory() ->
    [t:p(D, sh("pwd", [{cd, D}])) || D <- ["/", "/usr", <<"/usr/bin">>, "/usr/../usr", '/usr']],
    ok = file:make_dir("port_programs_d\x{e5}.tmp"), ok = file:write_file("port_programs_d\x{e5}.tmp/here", "x"), ?P(sh("ls", [{cd, "port_programs_d\x{e5}.tmp"}])), ok = file:delete("port_programs_d\x{e5}.tmp/here"), ok = file:del_dir("port_programs_d\x{e5}.tmp").

%% Descriptors: 0, 1 and 2 are there and no other; or 3 and 4.
descriptors() ->
    ?P(sh("ls /proc/self/fd | head -n -1 | tr '\\n' ' '", [])),
    ?P(sh("echo err >&2; echo out", [stderr_to_stdout])),
    ?P(sh("cat <&3 >&4", [nouse_stdio, in])),
    P = open_port({spawn_executable, "/bin/sh"}, [{args, ["-c", "cat <&3 >&4"]}, nouse_stdio, binary]), port_command(P, "through 3 and 4"), ?P(receive {P, M} -> M after 5000 -> none end), port_close(P),
    %% Both ends are pipes; what is only in or only out leaves the other as it is.
    ?P(sh("readlink /proc/self/fd/0 | cut -c1-4; readlink /proc/self/fd/1 | cut -c1-4", [])),
    P2 = open_port({spawn_executable, "/bin/sh"}, [{args, ["-c", "echo only in; exit 5"]}, in, exit_status]), ?P([receive {P2, M2} -> M2 after 5000 -> none end, receive {P2, M3} -> M3 after 5000 -> none end]), ?X(port_command(P2, "x")), t:flush(20),
    file:delete("port_programs.tmp"), P3 = open_port({spawn_executable, "/bin/sh"}, [{args, ["-c", "cat > port_programs.tmp2; mv port_programs.tmp2 port_programs.tmp"]}, out]), port_command(P3, "only out"), port_close(P3), t:wait(fun() -> filelib:is_file("port_programs.tmp") end), ?P(file:read_file("port_programs.tmp")), file:delete("port_programs.tmp"), t:flush(20).

%% What signals mean to it: as to a program that was started by hand, but for SIGPIPE.
signals() ->
    ?P(sh("grep -E 'SigBlk|SigIgn' /proc/self/status", [])),
    os:set_signal(sigusr2, ignore), os:set_signal(sigusr1, handle), ?P(sh("grep -E 'SigBlk|SigIgn' /proc/self/status", [])), os:set_signal(sigusr2, default), os:set_signal(sigusr1, default),
    ?P(sh("[ $(ps -o sid= -p $$ 2>/dev/null || cut -d' ' -f6 /proc/$$/stat) = $(cut -d' ' -f6 /proc/$PPID/stat) ] && echo same session || echo another", [])).

big() ->
    {S, B} = sh("head -c 3000000 /dev/zero | tr '\\0' x", []), ?P({S, byte_size(B)}),
    Port = open_port({spawn, "wc -c"}, [exit_status]), [port_command(Port, binary:copy(<<"x">>, 100000)) || _ <- lists:seq(1, 30)], port_close(Port),
    P2 = open_port({spawn, "cat"}, [binary]), D = crypto_like(1000000), port_command(P2, D), ?P(read(P2, byte_size(D), []) =:= D), port_close(P2), t:flush(20), ok.

crypto_like(N) -> iolist_to_binary([<<(I * I):16>> || I <- lists:seq(1, N div 2)]).

read(_, 0, Acc) -> iolist_to_binary(lists:reverse(Acc));
read(Port, N, Acc) -> receive {Port, {data, D}} -> read(Port, N - byte_size(D), [D | Acc]) after 10000 -> iolist_to_binary(lists:reverse(Acc)) end.
