%% own_vm
%% since: 27
%% Who takes nothing is waited for no longer than that.
-module(halt_not_flushed).
-export([main/0]).

main() ->
    Port = open_port({spawn, "sleep 3"}, [binary, out]),
    spawn(fun() -> [port_command(Port, binary:copy(<<0>>, 1 bsl 20)) || _ <- lists:seq(1, 4)] end),
    timer:sleep(200),
    halt(3, [{flush_timeout, 300}]),
    receive after infinity -> never end.
