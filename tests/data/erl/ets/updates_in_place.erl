%% Counters and elements at the edges of what is changed in place: large numbers, thresholds, other positions, operations that fail.
-module(updates_in_place).
-export([main/0]).
-include("../../t.hrl").

main() ->
    [table(Type) || Type <- [set, ordered_set]].

table(Type) ->
    T = ets:new(t, [Type, public, {keypos, 2}]),
    Most = (1 bsl 59) - 1,
    ets:insert(T, [{0, a, 10, atom, "text", Most, -Most - 1}, {5, b}, {1 bsl 70, c, 1.5}]),
    ?X(ets:update_counter(T, a, 1)),
    ?X(ets:update_counter(T, a, {1, 7})),
    ?X(ets:update_counter(T, a, {6, 1})),
    ?X(ets:update_counter(T, a, {6, -1})),
    ?X(ets:update_counter(T, a, {7, -1})),
    ?X(ets:update_counter(T, a, {7, 1})),
    ?X(ets:update_counter(T, a, {7, 1 bsl 80})),
    ?X(ets:update_counter(T, a, [{3, 5}])),
    ?X(ets:update_counter(T, a, [{3, 5, 12, 0}])),
    ?X(ets:update_counter(T, a, {3, -5, -4, 99})),
    ?X(ets:update_counter(T, a, {3, 0, 10, 1})),
    ?X(ets:update_counter(T, a, {3, 1, 0, 1 bsl 90})),
    ?X(ets:update_counter(T, a, {3, 1, 0, 3})),
    ?X(ets:update_counter(T, a, [])),
    ?X(ets:update_counter(T, a, [1])),
    ?X(ets:update_counter(T, a, [{3, 1} | x])),
    ?X(ets:update_counter(T, a, {2, 1})),
    ?X(ets:update_counter(T, a, {4, 1})),
    ?X(ets:update_counter(T, a, {9, 1})),
    ?X(ets:update_counter(T, a, {0, 1})),
    ?X(ets:update_counter(T, a, {-1, 1})),
    ?X(ets:update_counter(T, a, {3, 1.0})),
    ?X(ets:update_counter(T, a, {3, 1, x, 2})),
    ?X(ets:update_counter(T, a, {3, 1, 2})),
    ?X(ets:update_counter(T, b, 1)),
    ?X(ets:update_counter(T, c, {1, 1})),
    ?X(ets:update_counter(T, c, {3, 1})),
    ?X(ets:update_counter(T, none, {3, 1})),
    ?X(ets:update_element(T, a, {4, other})),
    ?X(ets:update_element(T, a, {4, "a list"})),
    ?X(ets:update_element(T, a, {5, []})),
    ?X(ets:update_element(T, a, {2, x})),
    ?X(ets:update_element(T, a, {8, x})),
    ?X(ets:update_element(T, a, {0, x})),
    ?X(ets:update_element(T, none, {4, x})),
    ?X(ets:update_element(T, a, [{4, y}, {3, 0}])),
    ?X(lists:sort(ets:tab2list(T))).
