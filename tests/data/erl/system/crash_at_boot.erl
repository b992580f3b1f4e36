%% flags: -s no_such_module_to_run
-module(crash_at_boot).
-export([main/0]).

main() ->
    io:format("not reached~n").
