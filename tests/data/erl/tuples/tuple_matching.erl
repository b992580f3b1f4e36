-module(tuple_matching).
-export([main/0]).
-include("../../t.hrl").

main() ->
    Ts = ?I([{}, {a}, {a, 1}, {a, 1.0}, {b, 1}, {b, {c, 2}}, {b, {d, 2}}, {a, 1, 2}, {x, x}, {x, y}, [a], a, {1, 2, 3, 4}, {"s", <<"b">>}]),
    ?P([f(T) || T <- Ts]), {X, {Y, _}, [Z | _]} = ?I({1, {2, 3}, [4, 5]}), ?P({X, Y, Z}), {ok, {A, A}} = ?I({ok, {q, q}}), ?P(A), ?X(begin {B, B} = ?I({1, 2}), B end), ?P(g({error, {exit, x}})), ?P(g({error, {y, x}})), ?P(g({ok, 1})), ?P(g(ok)).

f({}) -> empty; f({a}) -> a; f({a, 1}) -> a1; f({a, F}) when is_float(F) -> {af, F}; f({b, {c, N}}) -> {bc, N}; f({b, {_, N}}) -> {b_, N}; f({b, N}) -> {b, N}; f({X, X}) -> same; f({_, Y}) when is_atom(Y) -> {snd, Y}; f({_, _}) -> two; f({_, _, _}) -> three; f(T) when is_tuple(T) -> tuple_size(T); f(_) -> no.
g({error, {exit, R} = E}) -> {R, E}; g({error, _} = E) -> E; g({Tag, _}) -> Tag; g(X) -> X.
