%% timeout: 90
-module(port_many).
-export([main/0]).
-include("../../t.hrl").

%% Hundreds of ports at once, and what becomes of them.
main() ->
    process_flag(trap_exit, true),
    N = 300, [begin Ports = [open_port({spawn_executable, "/bin/cat"}, [binary, exit_status]) || _ <- lists:seq(1, N)],
    t:p(length(lists:usort(Ports))), Numbered = lists:zip(lists:seq(1, N), Ports),
    [port_command(P, <<I:32>>) || {I, P} <- Numbered],
    t:p([receive {P, {data, <<I:32>>}} -> I after 10000 -> none end || {I, P} <- Numbered] =:= lists:seq(1, N)),
    t:p(length(lists:usort([element(2, erlang:port_info(P, os_pid)) || P <- Ports]))),
    {A, B} = lists:split(N div 2, Ports), [port_close(P) || P <- A], t:p([receive {'EXIT', P, R} -> R after 5000 -> none end || P <- A] =:= [normal || _ <- A]),
    [exit(P, kill) || P <- B], t:p(lists:usort([receive {'EXIT', P, R} -> R after 5000 -> none end || P <- B])), t:p(t:flush(20)) end || _ <- [1, 2]],
    %% A thousand, one after the other while others run.
    Me = self(), Ws = [spawn_link(fun() -> Me ! {self(), lists:usort([status(I rem 7) || I <- lists:seq(1, 100)])} end) || _ <- lists:seq(1, 10)], ?P(lists:usort([receive {W, R} -> R after 60000 -> late end || W <- Ws])),
    t:wait(fun() -> children() =:= [] end), ?P(children()).

status(S) -> P = open_port({spawn_executable, "/bin/sh"}, [{args, ["-c", "exit " ++ integer_to_list(S)]}, exit_status]), receive {P, {exit_status, S}} -> ok; {P, X} -> X after 20000 -> late end.

%% No program that has exited is left, whoever started it.
children() -> [L || L <- string:lexemes(os:cmd("grep -l '^State:.Z' /proc/[0-9]*/status 2>/dev/null | while read f; do grep -q \"^PPid:.$PPID$\" $f 2>/dev/null && echo $f; done"), "\n")].
