-module(insert_new_and_take).
-export([main/0]).
-include("../../t.hrl").

main() ->
    [begin T = ets:new(t, [Ty]), t:p(Ty, [ets:insert_new(T, {a, 1}), ets:insert_new(T, {a, 2}), ets:insert_new(T, [{b, 1}, {a, 3}]), ets:insert_new(T, [{b, 1}, {c, 3}]), ets:insert_new(T, []), lists:sort(ets:tab2list(T)), ets:take(T, a), ets:take(T, a), ets:insert(T, [{d, 1}, {d, 2}, {d, 1}]), lists:sort(ets:take(T, d)), lists:sort(ets:tab2list(T))]) end || Ty <- [set, ordered_set, bag, duplicate_bag]], ?X(ets:insert_new(ets:new(t, []), x)), ?X(ets:take(nope, x)).
