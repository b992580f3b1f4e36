%% not: zeal
%% timeout: 120
-module(bad_arguments_of_modules).
-include("../../bad_arguments.hrl").

main() ->
    All = [1, 2, 3, 4, 5],
    b(lists, [], All),
    b(maps, [], All),
    b(binary, [], All),
    b(unicode, [bin_is_7bit], All),
    b(math, [acosh, asinh, atanh, erf, erfc], All),
    b(atomics, [], All),
    b(counters, [], All),
    b(string, [], All),
    b(re, [internal_run, compile], All),
    b(os, [putenv, unsetenv, set_signal, getenv, env, perf_counter, system_time, timestamp], All),
    b(erts_debug, except(erts_debug, [flat_size, size, same]), All),
    b(persistent_term, except(persistent_term, [get, erase]), [1]).

except(M, Wanted) -> [F || {F, _} <- M:module_info(exports)] -- Wanted.
