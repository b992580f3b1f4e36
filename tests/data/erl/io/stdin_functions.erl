%% own_vm
-module(stdin_functions).
-export([main/0]).
-include("../../t.hrl").

main() ->
    ?P(io:get_line("")), ?P(io:get_line('')), ?P(io:get_chars("", 3)), ?P(io:get_line("")), ?P(io:fread("", "~d ~s")), ?P(io:read("")), ?P(io:read("")), ?P(io:get_line("")), ?P(io:get_line("")), ?P(io:get_line("")), ?P(io:get_chars("", 1)).
