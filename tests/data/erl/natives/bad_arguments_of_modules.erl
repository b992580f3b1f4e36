%% not: zeal
%% timeout: 120
-module(bad_arguments_of_modules).
-include("../../bad_arguments.hrl").

main() ->
    [b(M, [1, 2, 3, 4, 5]) || M <- [lists, maps, binary, unicode, math, atomics, counters, string, re, os, erts_debug]],
    b(persistent_term, [1]).
