%% A number that the compiler sees, added or taken away: results, and in whose name it fails.
-module(increments).
-export([main/0, a1/1, a2/1, a3/1, a4/1, a5/1, s1/1, s2/1, s3/1, s4/1, s5/1, s6/1, p/1, m/1, z/1, g1/1, g2/1, g3/1, y/1]).
-include("../../t.hrl").

main() ->
    Fs = [a1, a2, a3, a4, a5, s1, s2, s3, s4, s5, s6, p, m, z, g1, g2, g3, y],
    Xs = [0, -1, 1.5, list_to_float("-0.0"), (1 bsl 59) - 1, -(1 bsl 59), 1 bsl 64, a, []],
    [t:p({F, X}, r(F, t:id(X))) || F <- Fs, X <- Xs],
    ?P([apply(erlang, t:id('+'), [X]) || X <- [1, 1.5, list_to_float("-0.0"), 1 bsl 64]]), ?X(apply(erlang, ?I('+'), [a])), ?X(apply(erlang, ?I('+'), [a, 1])), ?X(apply(erlang, ?I('-'), [a, 1])).

r(F, X) ->
    try ?MODULE:F(X)
    catch C:R:S -> [{M, N, As, _} | _] = S, {C, R, M, N, As}
    end.

a1(X) -> X + 1.
a2(X) -> 1 + X.
a3(X) -> X + -1.
a4(X) -> X + 16#7ffffffffffffff.
a5(X) -> X + -16#800000000000000.
s1(X) -> X - 1.
s2(X) -> 1 - X.
s3(X) -> X - -1.
s4(X) -> X - 16#7ffffffffffffff.
s5(X) -> X - -16#800000000000000.
s6(X) -> X - 0.
p(X) -> +X.
m(X) -> -X.
z(X) -> X + 0.
g1(X) when X + 1 > 0 -> yes; g1(_) -> no.
g2(X) when +X == X -> yes; g2(_) -> no.
g3(X) when 1 - X < 0; X - 5 > 0 -> yes; g3(_) -> no.
y(X) -> Y = t:id(X), t:id(x), Z = Y + 3, t:id(z), Z - 3.
