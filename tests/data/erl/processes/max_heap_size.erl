-module(max_heap_size).
-export([main/0]).
-include("../../t.hrl").

main() ->
    {P, M} = spawn_opt(fun() -> grow([]) end, [monitor, {max_heap_size, #{size => 20000, kill => true, error_logger => false}}]), ?P(receive {'DOWN', M, process, P, R} -> R after 20000 -> alive end), {P2, M2} = spawn_opt(fun() -> exit(length(lists:seq(1, 100))) end, [monitor, {max_heap_size, 20000}]), ?P(receive {'DOWN', M2, process, P2, R2} -> R2 end), {P3, M3} = spawn_opt(fun() -> L = lists:seq(1, 100000), exit(length(L)) end, [monitor, {max_heap_size, #{size => 20000, kill => false, error_logger => false}}]), ?P(receive {'DOWN', M3, process, P3, R3} -> R3 end), {P4, M4} = spawn_monitor(fun() -> process_flag(max_heap_size, #{size => 10000, error_logger => false}), receive X -> exit({got, length(X)}) end end), P4 ! lists:seq(1, 100000), ?P(receive {'DOWN', M4, process, P4, R4} -> R4 after 20000 -> alive end), ?P(process_info(self(), max_heap_size)).

grow(L) -> grow([make_tuple_(length(L)) | L]).
make_tuple_(N) -> {N, N, N, N}.
