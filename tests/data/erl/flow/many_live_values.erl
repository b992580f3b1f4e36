%% More live values than registers are spared: spills, swaps, and moves in all directions.
-module(many_live_values).
-export([main/0]).
-include("../../t.hrl").

main() ->
    ?P(f(1, 2, 3, 4, 5, 6, 7, 8, 9, 10)), ?P(g(lists:seq(1, 20))), ?P(swap(1, 2, 3)), ?P(rot(5, {a, b, c, d, e})), ?P(big(1)), ?P(h(10, [], {}, #{}, <<>>)).

f(A, B, C, D, E, F, G, H, I, J) -> X = t:id(A), Y = t:id(B), Z = t:id(C), K = [X, Y, Z, D, E, F], L = t:id(K), {J, I, H, G, L, F, E, D, t:id({Z, Y, X}), K =:= L}.
g([A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P, Q, R, S, T]) -> t:id(x), {T, S, R, Q, P, O, N, M, L, K, J, I, H, G, F, E, D, C, B, A}.
swap(A, B, C) -> sw2(C, A, B).
sw2(A, B, C) -> t:id(ok), sw3(B, C, A).
sw3(A, B, C) -> {A, B, C}.
rot(0, T) -> T; rot(N, {A, B, C, D, E}) -> t:id(N), rot(N - 1, {E, A, B, C, D}).
big(A) -> B = t:id(A + 1), C = t:id(B + 1), D = t:id(C + 1), E = t:id(D + 1), F = t:id(E + 1), G = t:id(F + 1), H = t:id(G + 1), I = t:id(H + 1), J = t:id(I + 1), K = t:id(J + 1), L = t:id(K + 1), M = t:id(L + 1), N = t:id(M + 1), O = t:id(N + 1), P = t:id(O + 1), Q = t:id(P + 1), R = t:id(Q + 1), S = t:id(R + 1), [A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P, Q, R, S].
h(0, A, B, C, D) -> {A, B, C, D}; h(N, A, B, C, D) -> h(N - 1, [N | A], {N, B}, C#{N => A}, <<D/binary, N>>).
