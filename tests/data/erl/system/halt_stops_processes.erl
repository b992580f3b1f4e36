%% own_vm
-module(halt_stops_processes).
-export([main/0]).

%% While the machine waits for what is given to a port to be written, processes run no more.
main() ->
    Port = open_port({spawn, "sleep 2"}, [binary]),
    port_command(Port, binary:copy(<<0>>, 1000000)),
    spawn(fun() -> receive after 300 -> erlang:display(after_halt) end end),
    erlang:display(halting),
    halt(3).
