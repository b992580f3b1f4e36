%% own_vm
-module(init_stop_status).
-export([main/0]).

main() ->
    io:format("stopping~n"), init:stop(9), receive after infinity -> ok end.
