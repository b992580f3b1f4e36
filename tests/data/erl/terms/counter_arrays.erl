-module(counter_arrays).
-export([main/0]).
-include("../../t.hrl").

main() ->
    [begin C = counters:new(2, O), ?P(counters:add(C, 1, 5)), ?P(counters:sub(C, 1, 7)), ?P(counters:get(C, 1)), ?P(counters:put(C, 2, 1 bsl 40)), ?P(counters:get(C, 2)), ?P(maps:get(size, counters:info(C))), Ps = [spawn_monitor(fun() -> [counters:add(C, 1, 1) || _ <- lists:seq(1, 5000)] end) || _ <- [1, 2, 3, 4]], [receive {'DOWN', M, _, _, _} -> ok end || {_, M} <- Ps], ?P(counters:get(C, 1)), ?X(counters:get(C, 3)), ?X(counters:add(C, 0, 1)), ?X(counters:add(C, 1, a)) end || O <- [[], [atomics], [write_concurrency]]], ?X(counters:new(0, [])), ?X(counters:new(1, [x])), ?X(counters:new(?I(a), [])).
