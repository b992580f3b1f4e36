-module(parts).
-export([main/0]).
-include("../../t.hrl").

main() ->
    L = lists:seq(1, 9),
    ?P(lists:nth(3, L)), ?P(lists:nthtail(3, L)), ?P(lists:last(L)), ?P(lists:droplast(L)), ?P(lists:sublist(L, 3)), ?P(lists:sublist(L, 3, 2)), ?P(lists:sublist(L, 20, 2)), ?P(lists:split(4, L)), ?P(lists:prefix([1, 2], L)), ?P(lists:suffix([8, 9], L)), ?P(lists:max(L)), ?P(lists:min([c, 1, b])), ?P(lists:sum(L)), ?P(lists:concat([a, 1, 1.5, "s"])), ?P(lists:flatten([1, [2, [3, [], [[4]]], 5]])), ?P(lists:flatten([a, [b]], [t])), ?P(lists:flatlength([1, [2, [3]]])), ?P(lists:duplicate(3, x)), ?P(lists:delete(3, L)), ?P(lists:zip([1, 2], [a, b])), ?P(lists:zip3([1], [2], [3])), ?P(lists:unzip([{1, a}, {2, b}])), ?P(lists:unzip3([{1, 2, 3}])), ?P(lists:join(x, [1, 2, 3])), ?P(lists:enumerate([a, b])), ?P(lists:enumerate(5, [a, b])),
    ?X(lists:nth(0, L)), ?X(lists:nth(10, L)), ?X(lists:nthtail(10, L)), ?X(lists:last([])), ?X(lists:droplast([])), ?X(lists:sublist(L, -1)), ?X(lists:sublist(L, 0, 1)), ?X(lists:split(10, L)), ?X(lists:max([])), ?X(lists:sum([a])), ?X(lists:duplicate(-1, x)), ?X(lists:flatten(?I([a | b]))), ?X(lists:zip([1], ?I([1, 2]))), ?X(lists:nth(?I(a), L)).
