%% =:= and == on compound terms, and where each is used: matching, keys, member, keyfind.
-module(exact_and_arithmetic).
-export([main/0]).
-include("../../t.hrl").

main() ->
    ?P([{A == B, A =:= B} || {A, B} <- ?I([{1, 1.0}, {[1], [1.0]}, {{1, [2]}, {1.0, [2.0]}}, {#{a => 1}, #{a => 1.0}}, {#{1 => a}, #{1.0 => a}}, {<<1>>, <<1>>}, {"a", "a"}, {a, b}, {0, -0.0}, {1 bsl 70, float(1 bsl 70)}])]),
    ?P(lists:member(1, ?I([1.0]))), ?P(lists:keyfind(1, 1, ?I([{1.0, x}]))), ?P(lists:keymember(1.0, 1, [{1}])), ?P(lists:keysearch(2, 1, [{2.0, b}])), ?P([1.0] -- ?I([1])), ?P(lists:delete(1, [1.0, 1])), ?P(proplists:get_value(1, [{1.0, a}])),
    ?P(ordsets:is_element(1, [1.0])), ?P(orddict:find(1, [{1.0, a}])), ?P(gb_sets:is_member(1, gb_sets:from_list([1.0]))),
    ?P(case ?I(1.0) of 1 -> int; 1.0 -> float end), ?P(case ?I({1, 1.0}) of {X, X} -> same; _ -> differ end), ?P(ets_test(set)), ?P(ets_test(ordered_set)).

ets_test(Type) ->
    T = ets:new(t, [Type]), ets:insert(T, [{1, int}, {1.0, float}]), {ets:lookup(T, 1), ets:lookup(T, 1.0)}.
