%% own_vm
-module(sigterm_stops).
-export([main/0]).

main() ->
    logger:set_primary_config(level, none), process_flag(trap_exit, true), os:cmd("kill -TERM " ++ os:getpid()), receive after 10000 -> io:format("not stopped~n") end.
