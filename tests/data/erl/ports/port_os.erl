-module(port_os).
-export([main/0]).
-include("../../t.hrl").

%% os: commands, environment, signals.
main() -> commands(), environment(), signals().

commands() ->
    [t:p(C, t:r(fun() -> os:cmd(C) end)) || C <- ["echo a", "printf 'no newline'", "", "true", "false", "exit 3", "echo out; echo err >&2", "cat", "echo \x{e5}\x{4e00}", "printf '\\377\\376'", "kill -9 $$", "sleep 0.05; echo late", 'echo atom',
                                                  ["ec", ["ho"], " deep"], "echo $((6*7))", "(echo one; echo two)", "echo a & wait; echo b", "echo \"q'uo'te\"", "cd /; pwd", "no_such_command_at_all 2>/dev/null; echo $?"]],
    [t:p(C, t:r(fun() -> os:cmd(t:id(C)) end)) || C <- [1, {a}, ["a\0b"], "a\0b", [a], <<"echo bin">>, [256000]]],
    [t:p(O, t:r(fun() -> os:cmd("echo 0123456789", t:id(O)) end)) || O <- [#{}, #{max_size => 5}, #{max_size => 0}, #{max_size => infinity}, #{max_size => a}, #{unknown => 1}, [], a]],
    ?P(length(os:cmd("head -c 100000 /dev/zero | tr '\\0' x"))),
    %% Many at once.
    Me = self(), Ps = [spawn_link(fun() -> Me ! {self(), os:cmd("echo " ++ integer_to_list(I))} end) || I <- lists:seq(1, 30)], ?P([receive {P, R} -> R after 20000 -> late end || P <- Ps] =:= [integer_to_list(I) ++ "\n" || I <- lists:seq(1, 30)]),
    ?P(t:flush(20)), ?P([P || P <- erlang:ports(), {name, N} <- [erlang:port_info(P, name)], string:find(N, "sh -s unix:cmd") =/= nomatch]).

environment() ->
    ?P(os:getenv("PORT_OS_NONE")), ?P(os:getenv("PORT_OS_NONE", default)), ?P(os:putenv("PORT_OS", "value")), ?P(os:getenv("PORT_OS")), ?P(os:getenv("PORT_OS", x)), ?P(os:cmd("echo $PORT_OS")),
    ?P(os:putenv("PORT_OS", "")), ?P(os:getenv("PORT_OS")), ?P(os:putenv("PORT_OS", "a=b")), ?P(os:getenv("PORT_OS")), ?P(os:putenv("PORT_\x{e5}", "\x{4e00}")), ?P(os:getenv("PORT_\x{e5}")), ?P(os:cmd("printf \"$PORT_OS\"")), ?P(os:unsetenv("PORT_OS")), ?P(os:getenv("PORT_OS")), ?P(os:unsetenv("PORT_OS")),
    ?P(lists:keyfind("PORT_\x{e5}", 1, os:env())), ?P(lists:member("PORT_\x{e5}=\x{4e00}", os:getenv())), os:unsetenv("PORT_\x{e5}"), ?P(lists:keyfind("PORT_\x{e5}", 1, os:env())),
    [t:p(A, t:r(fun() -> apply(os, putenv, t:id(A)) end)) || A <- [[a, "b"], ["a", b], ["a=b", "c"], ["", "c"], ["a\0", "b"], ["a", "b\0"], [1, 2], ["a", <<"b">>], [<<"a">>, "b"]]],
    [t:p(A, t:r(fun() -> os:getenv(t:id(A)) end)) || A <- [a, "a=b", "", "a\0", 1, <<"PATH">>]], [t:p(A, t:r(fun() -> os:unsetenv(t:id(A)) end)) || A <- [a, "a=b", "", "a\0", 1]],
    ?P(is_list(os:getpid())), ?P(os:find_executable("sh")), ?P(os:find_executable("no_such_program")), ?P(os:find_executable("sh", "/nowhere:/bin")), ?P(os:type()).

signals() ->
    [t:p(A, t:r(fun() -> apply(os, set_signal, t:id(A)) end)) || A <- [[sigint, handle], [sigkill, ignore], [sigusr1, other], [a, default], [1, default], [sigstop, default], ["sigusr1", default], [sighup, 1]]],
    ok = gen_event:add_handler(erl_signal_server, port_os_handler(), self()),
    [begin ok = os:set_signal(S, handle), os:cmd("kill -s " ++ N ++ " " ++ os:getpid()), t:p(S, receive {signal, X} -> X after 5000 -> none end), ok = os:set_signal(S, default) end || {S, N} <- [{sighup, "HUP"}, {sigusr2, "USR2"}, {sigalrm, "ALRM"}, {sigwinch, "WINCH"}, {sigcont, "CONT"}, {sigchld, "CHLD"}, {sigtstp, "TSTP"}], S =/= sigwinch, S =/= sigcont, S =/= sigchld],
    [begin ok = os:set_signal(S, ignore), os:cmd("kill -s " ++ N ++ " " ++ os:getpid()), t:p(S, receive {signal, X} -> X after 100 -> none end), ok = os:set_signal(S, default) end || {S, N} <- [{sighup, "HUP"}, {sigusr2, "USR2"}, {sigalrm, "ALRM"}, {sigabrt, "ABRT"}]],
    gen_event:delete_handler(erl_signal_server, port_os_handler(), []), ok.

%% A handler that tells us.
port_os_handler() ->
    t:load("-module(port_os_handler). -export([init/1, handle_event/2, handle_call/2, handle_info/2, terminate/2]). init(P) -> {ok, P}. handle_event(S, P) -> P ! {signal, S}, {ok, P}. "
           "handle_call(_, P) -> {ok, ok, P}. handle_info(_, P) -> {ok, P}. terminate(_, _) -> ok.", []).
