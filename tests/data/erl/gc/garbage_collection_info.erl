-module(garbage_collection_info).
-export([main/0]).
-include("../../t.hrl").

main() ->
    {garbage_collection, L} = process_info(self(), garbage_collection), ?P([V || {K, V} <- L, lists:member(K, [min_heap_size, fullsweep_after, min_bin_vheap_size])]), {garbage_collection_info, I} = process_info(self(), garbage_collection_info), ?P(lists:sort([K || {K, _} <- I])), {_, _, _} = statistics(garbage_collection), erlang:garbage_collect(), {garbage_collection, L2} = process_info(self(), garbage_collection), ?P(proplists:get_value(minor_gcs, L2)), P = spawn(fun() -> X = lists:seq(1, 50000), receive stop -> length(X) end end), timer:sleep(20), ?P(erlang:garbage_collect(P)), ?P(erlang:garbage_collect(P, [{type, minor}])), ?P(erlang:garbage_collect(P, [{type, major}])), ?X(erlang:garbage_collect(P, [{type, x}])), ?X(erlang:garbage_collect(P, ?I(y))), P ! stop.
