%% spectral norm: how fast are a matrix that is computed and a list of floats multiplied?
-module(game_spectral).
-export([scale/0, run/1]).

scale() -> 200.

run(Rounds) ->
    Size = 100,
    {U, V} = power(Rounds, Size, lists:duplicate(Size, 1.0), []),
    round(math:sqrt(dot(U, V) / dot(V, V)) * 1.0e6).

power(0, _, U, V) -> {U, V};
power(N, Size, U, _) ->
    V = both(Size, U),
    power(N - 1, Size, both(Size, V), V).

both(Size, Vector) -> product(Size, fun(I, J) -> element_at(J, I) end, product(Size, fun element_at/2, Vector)).

product(Size, Element, Vector) -> [row(I, 0, Element, Vector, 0.0) || I <- lists:seq(0, Size - 1)].

row(_, _, _, [], Sum) -> Sum;
row(I, J, Element, [X | Rest], Sum) -> row(I, J + 1, Element, Rest, Sum + Element(I, J) * X).

element_at(I, J) -> 1 / ((I + J) * (I + J + 1) div 2 + I + 1).

dot([], []) -> 0.0;
dot([A | As], [B | Bs]) -> A * B + dot(As, Bs).
