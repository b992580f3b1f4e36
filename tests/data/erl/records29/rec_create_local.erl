%% since: 29
%% Records of the module's own: defaults, all kinds of values, order of evaluation.
-module(rec_create_local).
-export([main/0]).
-include("../../t.hrl").

-record #empty{}.
-record #one{only}.
-record #point{x = 0, y = 0}.
-record #kinds{a = atom, n = [], i = -1, b = 1 bsl 100, f = 2.5, s = "text", t = {x, [y]}, m = #{k => v}, bin = <<"bin">>, none}.
-record #'Odd Name'{'A field' = 1, true = 2, false = 3, 'if'}.
-record #node{left = nil, value, right = nil}.

main() ->
    ?P(#empty{}), ?P(#one{only = 1}), ?P(#point{}), ?P(#point{x = 1}), ?P(#point{y = 2}), ?P(#point{y = 2, x = 1}),
    ?P(#point{x = ?I(a), y = ?I([b])}), ?P(#kinds{none = ?I(none)}), ?P(#kinds{none = ?I(1), a = ?I(2), s = ?I(3)}),
    ?P(#'Odd Name'{'if' = ?I(4)}), ?P(#'Odd Name'{'if' = ?I(4), false = ?I(5), 'A field' = ?I(6)}),
    ?P(#node{value = 1, left = #node{value = 2}, right = #node{value = 3, right = #node{value = 4}}}),
    ?P(#point{x = said(1), y = said(2)}), ?P(#point{y = said(1), x = said(2)}),
    ?P([#point{x = X, y = Y} || X <- [1, 2], Y <- [a, b]]), ?P(#{#point{} => #point{x = 1}}),
    ?P((((fun(X) -> #one{only = fun() -> X end} end)(7))#one.only)()),
    ?P(sum(tree(1, 6), 0)), ?P(depth(chain(20000, nil), 0)),
    ?X(#one{only = hd(?I([]))}), ?P(in_try(?I(1))), ?P(in_try(?I(a))).

said(X) -> t:p(said, X), X.

tree(_, 0) -> nil;
tree(V, N) -> #node{value = V, left = tree(V + 1, N - 1), right = tree(V + 2, N - 1)}.

sum(nil, S) -> S;
sum(#node{left = L, value = V, right = R}, S) -> sum(R, sum(L, S + V)).

chain(0, N) -> N;
chain(I, N) -> chain(I - 1, #node{value = I, left = N}).

depth(nil, D) -> D;
depth(#node{left = N}, D) -> depth(N, D + 1).

in_try(X) ->
    try #point{x = X + 1, y = X} of
        #point{x = Y} -> {value, Y}
    catch error:badarith -> #one{only = X}
    end.
