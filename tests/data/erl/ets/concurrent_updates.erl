-module(concurrent_updates).
-export([main/0]).
-include("../../t.hrl").

main() ->
    T = ets:new(t, [public, {write_concurrency, true}, {read_concurrency, true}]), O = ets:new(o, [public, ordered_set, {write_concurrency, true}]), ets:insert(T, {c, 0}), ets:insert(O, {c, 0}), Ps = [spawn_monitor(fun() -> [begin ets:update_counter(T, c, 1), ets:update_counter(O, c, {2, 1}), ets:insert(O, {{W, I}, I}), ets:insert(T, {{W, I}, I}), ets:delete(T, {W, I - 1}) end || I <- lists:seq(1, 1000)] end) || W <- lists:seq(1, 8)], [receive {'DOWN', M, _, _, R} -> normal = R end || {_, M} <- Ps], ?P(ets:lookup(T, c)), ?P(ets:lookup(O, c)), ?P(ets:info(O, size)), ?P(ets:info(T, size)), ?P(lists:sort(ets:tab2list(T))), Ks = [K || {K, _} <- ets:tab2list(O)], ?P(Ks =:= lists:sort(Ks)).
