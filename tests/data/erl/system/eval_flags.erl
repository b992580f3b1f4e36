%% flags: -eval io:format("eval~w~n",[1+1]). -s io nl
%% -eval and -s run in the order of the command line, before what follows.
-module(eval_flags).
-export([main/0]).

main() ->
    io:format("main~n").
