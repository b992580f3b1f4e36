-module(select_atoms_and_tuples).
-export([main/0]).
-include("../../t.hrl").

main() ->
    Days = [mon, tue, wed, thu, fri, sat, sun, other], ?P([day(D) || D <- Days]), ?P([bool(B) || B <- [true, false, x]]), ?P([tup(T) || T <- [{a}, {a, 1}, {b, 1}, {c, 1, 2}, {d, 1, 2, 3}, {}, {e, 1}, x, {x, 1, 2}, [a]]]), ?P([tag(T) || T <- [{ok, 1}, {error, e}, {ok, 1, 2}, ok, {'EXIT', x}, {value, v}, {other, 1}, {1, 2}]]), ?P([nest(T) || T <- [{a, {b, c}}, {a, {b, d}}, {a, {x, c}}, {a, z}, {q, {b, c}}, [[1, 2], 3], [[1], 3], [x | y]]]).

day(mon) -> 1; day(tue) -> 2; day(wed) -> 3; day(thu) -> 4; day(fri) -> 5; day(sat) -> 6; day(sun) -> 7; day(_) -> 0.
bool(true) -> t; bool(false) -> f; bool(_) -> n.
tup({_}) -> one; tup({a, X}) -> {a, X}; tup({b, X}) -> {b, X}; tup({c, _, X}) -> {c, X}; tup({d, _, _, X}) -> {d, X}; tup({}) -> empty; tup({_, X}) -> {any2, X}; tup({_, _, _}) -> any3; tup(_) -> none.
tag({ok, V}) -> V; tag({error, R}) -> {err, R}; tag({'EXIT', R}) -> {exit, R}; tag({value, V}) -> {v, V}; tag({T, _}) when is_atom(T) -> atom; tag({_, _}) -> two; tag({ok, A, B}) -> {A, B}; tag(X) -> {x, X}.
nest({a, {b, c}}) -> 1; nest({a, {b, X}}) -> {2, X}; nest({a, {X, c}}) -> {3, X}; nest({a, X}) -> {4, X}; nest({X, {b, c}}) -> {5, X}; nest([[1, 2], X]) -> {6, X}; nest([[A], B]) -> {7, A, B}; nest([A | B]) -> {8, A, B}.
