%% Comparison of terms that are too deep for recursion.
-module(deep_compare).
-export([main/0]).
-include("../../t.hrl").

main() ->
    A = deep(1000000, a), B = deep(1000000, b),
    ?P({A == A, A == B, A < B, A =:= deep(1000000, a)}),
    L = nest(500000, 1), M = nest(500000, 1.0),
    ?P({L == M, L =:= M, L =< M, L < nest(500001, 1)}),
    Maps = {maps_nest(100000, 1), maps_nest(100000, 2)},
    ?P({element(1, Maps) < element(2, Maps), element(1, Maps) == element(1, Maps), element(1, Maps) == maps_nest(100000, 1)}).

deep(0, X) -> X;
deep(N, X) -> deep(N - 1, {X}).
nest(0, X) -> X;
nest(N, X) -> nest(N - 1, [x, X]).
maps_nest(0, X) -> X;
maps_nest(N, X) -> maps_nest(N - 1, #{k => X}).
