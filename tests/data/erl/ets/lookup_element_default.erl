%% since: 27
-module(lookup_element_default).
-export([main/0]).
-include("../../t.hrl").

main() ->
    T = ets:new(t, []), ets:insert(T, {a, 1}), ?P(ets:lookup_element(T, a, 2, def)), ?P(ets:lookup_element(T, b, 2, def)), ?X(ets:lookup_element(T, a, 5, def)), ?P(ets:update_element(T, z, {2, y}, {z, x})), ?P(ets:lookup(T, z)), ?P(ets:first_lookup(T) =/= x), O = ets:new(o, [ordered_set]), ets:insert(O, [{1, a}, {2, b}, {3, c}]), ?P(ets:first_lookup(O)), ?P(ets:next_lookup(O, 1)), ?P(ets:prev_lookup(O, 1)), ?P(ets:last_lookup(O)), ?P(ets:next_lookup(O, 3)).
