-module(update_element).
-export([main/0]).
-include("../../t.hrl").

main() ->
    T = ets:new(t, []), ets:insert(T, {k, 1, 2, 3}), ?P(ets:update_element(T, k, {2, a})), ?P(ets:update_element(T, k, [{3, [b]}, {4, "c"}, {3, d}])), ?P(ets:lookup(T, k)), ?P(ets:update_element(T, nope, {2, a})), ?P(ets:update_element(T, k, [])), ?X(ets:update_element(T, k, {1, a})), ?X(ets:update_element(T, k, {5, a})), ?X(ets:update_element(T, k, {0, a})), ?X(ets:update_element(T, k, [{2, x}, {9, y}])), ?P(ets:lookup(T, k)), ?X(ets:update_element(ets:new(b, [bag]), k, {2, a})), ?X(ets:update_element(T, k, x)), ?P(ets:lookup_element(T, k, 2)), ?X(ets:lookup_element(T, k, 9)), ?X(ets:lookup_element(T, zz, 1)), B = ets:new(b, [bag]), ets:insert(B, [{a, 1}, {a, 2}]), ?P(lists:sort(ets:lookup_element(B, a, 2))).
