-module(higher_order).
-export([main/0]).
-include("../../t.hrl").

main() ->
    L = lists:seq(1, 8), Even = fun(X) -> X rem 2 =:= 0 end,
    ?P(lists:map(fun(X) -> X * X end, L)), ?P(lists:filter(Even, L)), ?P(lists:foldl(fun(X, A) -> [X | A] end, [], L)), ?P(lists:foldr(fun(X, A) -> [X | A] end, [], L)), ?P(lists:filtermap(fun(X) when X > 6 -> {true, -X}; (X) -> Even(X) end, L)), ?P(lists:partition(Even, L)), ?P(lists:any(Even, L)), ?P(lists:all(Even, L)), ?P(lists:takewhile(fun(X) -> X < 4 end, L)), ?P(lists:dropwhile(fun(X) -> X < 4 end, L)), ?P(lists:splitwith(fun(X) -> X < 4 end, L)), ?P(lists:mapfoldl(fun(X, A) -> {X * A, A + 1} end, 1, L)), ?P(lists:mapfoldr(fun(X, A) -> {X * A, A + 1} end, 1, L)), ?P(lists:flatmap(fun(X) -> lists:duplicate(X, X) end, [1, 2, 3])), ?P(lists:search(Even, L)), ?P(lists:search(fun(_) -> false end, L)), ?P(lists:zipwith(fun(A, B) -> A + B end, L, lists:reverse(L))), ?P(lists:zipwith3(fun(A, B, C) -> A + B + C end, [1], [2], [3])), ?P(lists:foreach(fun(_) -> x end, L)), ?P(lists:uniq([1, 2, 1, 1.0])), ?P(lists:uniq(fun({A, _}) -> A end, [{1, a}, {2, b}, {1, c}])),
    ?X(lists:map(x, [1])), ?X(lists:map(fun(X) -> X end, ?I(a))), ?X(lists:map(fun(X) -> X end, ?I([a | b]))), ?X(lists:foldl(fun(X) -> X end, 0, ?I([1]))), ?X(lists:foldl(fun(X, _) -> X end, 0, ?I(x))), ?X(lists:filter(fun(_) -> yes end, ?I([1]))), ?X(lists:all(fun(_) -> yes end, ?I([1]))), ?X(lists:zipwith(fun(A, B) -> {A, B} end, [1], ?I([1, 2]))), ?X(lists:map(fun(X) -> throw(X) end, [7])).
