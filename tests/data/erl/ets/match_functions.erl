-module(match_functions).
-export([main/0]).
-include("../../t.hrl").

main() ->
    T = ets:new(t, [ordered_set]), ets:insert(T, [{1, a, x}, {2, b, x}, {3, a, y}, {4, {a, b}, "s"}, {5, [], #{}}]), ?P(ets:match(T, {'$1', a, '$2'})), ?P(ets:match(T, {'$2', '_', '$1'})), ?P(ets:match_object(T, {'_', '_', x})), ?P(ets:match(T, {'_', {'$1', '$1'}, '_'})), ?P(ets:match(T, '$1')), ?P(ets:match(T, {2, '$1', '_'})), ?P(ets:match(T, {99, '_', '_'})), ?P(ets:match_delete(T, {'_', a, '_'})), ?P(ets:tab2list(T)), ?P(ets:match(T, {'$1'})), {M, C} = ets:match(T, {'$1', '_', '_'}, 2), ?P(M), ?P(ets:match(C) =:= '$end_of_table' orelse element(1, ets:match(C))), {O, C2} = ets:match_object(T, {'_', '_', '_'}, 1), ?P(O), {O2, _} = ets:match_object(C2), ?P(O2), ?P(ets:match(ets:new(e, []), '_', 5)), ?X(ets:match(T, {'$1'}, 0)), ?X(ets:match(nope, '_')), ?X(ets:match(?I(x))), B = ets:new(b, [bag]), ets:insert(B, [{k, {v, 1}}, {k, {v, 2}}, {l, {w, 1}}]), ?P(lists:sort(ets:match(B, {k, {'$1', '$2'}}))), ?P(ets:match_object(B, {'$1', {w, '$1'}})), ?P(ets:match(T, {'$100', '_', '$3'})).
