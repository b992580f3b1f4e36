-module(system_flag).
-export([main/0]).
-include("../../t.hrl").

main() ->
    [t:p(K, t:r(fun() -> Old = erlang:system_flag(K, V), erlang:system_flag(K, Old) =:= V end)) || {K, V} <- [{fullsweep_after, 100}, {min_heap_size, 987}, {min_bin_vheap_size, 46422}, {max_heap_size, 0}, {backtrace_depth, 5}, {fullsweep_after, -1}, {min_heap_size, a}, {foo, 1}, {schedulers_online, 1}, {multi_scheduling, x}, {outstanding_system_requests_limit, 1000}]], ?X(erlang:system_flag(?I(1), 2)), erlang:system_flag(backtrace_depth, 8).
