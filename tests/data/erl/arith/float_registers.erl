%% Long float expressions over known floats and mixed arguments.
-module(float_registers).
-export([main/0]).
-include("../../t.hrl").

main() ->
    ?P(poly(?I(2.0), ?I(3.0))), ?P(poly(?I(-1.5), ?I(0.25))), ?P(mixed(?I(2), ?I(3.5))), ?P(mixed(?I(1 bsl 60), ?I(1.0))),
    ?X(mixed(?I(a), ?I(1.0))), ?X(mixed(?I(1), ?I(1.0e308))),
    ?P(loop(1000, 0.0)), ?P(mandel(-0.5, 0.5)), ?P(mandel(1.0, 1.0)).

poly(X, Y) -> ((X * X + 3.0 * X * Y) - (Y * Y / 2.0)) * (X - Y) / (1.0 + X * X) - -X.
mixed(A, B) -> A * 2.0 + B * B * B * 10 - A / B.
loop(0, Acc) -> Acc;
loop(N, Acc) -> loop(N - 1, Acc + 1.0 / (N * N)).
mandel(Cr, Ci) -> mandel(0.0, 0.0, Cr, Ci, 0).
mandel(X, Y, _, _, N) when N >= 50; X * X + Y * Y > 4.0 -> N;
mandel(X, Y, Cr, Ci, N) -> mandel(X * X - Y * Y + Cr, 2.0 * X * Y + Ci, Cr, Ci, N + 1).
