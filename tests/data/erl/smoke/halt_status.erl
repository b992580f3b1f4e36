%% own_vm
-module(halt_status).
-export([main/0]).

main() ->
    io:format("leaving~n"),
    halt(3).
