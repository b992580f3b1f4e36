%% flags: +P 2048 +Q 2048 +t 200000 +hms 1000 +hmbs 50000 +hmax 10000000 +hmaxk false
-module(limits_by_flags).
-export([main/0]).
-include("../../t.hrl").

main() ->
    [t:p(K, erlang:system_info(K)) || K <- [process_limit, port_limit, atom_limit, min_heap_size, min_bin_vheap_size, max_heap_size]], ?P(process_info(spawn(fun() -> receive x -> ok end end), min_heap_size)), ?P(process_info(self(), max_heap_size)).
