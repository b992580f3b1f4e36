-module(update_counter).
-export([main/0]).
-include("../../t.hrl").

main() ->
    T = ets:new(t, []), ets:insert(T, {k, 1, 10, big}), ?P(ets:update_counter(T, k, 5)), ?P(ets:update_counter(T, k, {3, -20})), ?P(ets:update_counter(T, k, {2, 10, 12, 0})), ?P(ets:update_counter(T, k, {2, -5, -3, 100})), ?P(ets:update_counter(T, k, [{2, 1}, {3, 2}, {2, 3}])), ?P(ets:update_counter(T, k, [])), ?P(ets:update_counter(T, new, 3, {new, 10})), ?P(ets:update_counter(T, new2, {3, 1}, {x, y, 5})), ?P(ets:lookup(T, new2)), ?P(ets:update_counter(T, k, 1 bsl 70)), ?P(ets:update_counter(T, k, -(1 bsl 70))), ?P(lists:sort(ets:tab2list(T))), O = ets:new(o, [ordered_set]), ets:insert(O, {1, 5}), ?P(ets:update_counter(O, 1.0, 2)), ?P(ets:tab2list(O)),
    ?X(ets:update_counter(T, nope, 1)), ?X(ets:update_counter(T, k, {4, 1})), ?X(ets:update_counter(T, k, {9, 1})), ?X(ets:update_counter(T, k, {1, 1})), ?X(ets:update_counter(T, k, a)), ?X(ets:update_counter(ets:new(b, [bag]), k, 1)), ?X(ets:update_counter(T, k, [{2, 1}, {4, 1}])), ?P(ets:lookup(T, k)), ?X(ets:update_counter(T, q, 1, {q})), ?X(ets:update_counter(T, k, {2, 1.0})).
