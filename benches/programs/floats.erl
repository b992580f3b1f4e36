%% How fast is arithmetic on floats, in expressions and through data?
-module(floats).
-export([scale/0, run/1]).

scale() -> 24.

run(Rounds) -> run(Rounds, 0).

run(0, Sum) -> Sum;
run(Rounds, Sum) -> run(Rounds - 1, Sum + mandelbrot(90, 40) + trunc(bodies(8000) * 1.0e6) + trunc(integral(200000, 0.0)) + trunc(dot(20000) * 10.0)).

mandelbrot(Size, Limit) ->
    lists:sum([escape(X * 3.0 / Size - 2.0, Y * 2.0 / Size - 1.0, 0.0, 0.0, Limit) || X <- lists:seq(1, Size), Y <- lists:seq(1, Size)]).

escape(_, _, _, _, 0) -> 0;
escape(Cr, Ci, Zr, Zi, N) ->
    Rr = Zr * Zr,
    Ii = Zi * Zi,
    if
        Rr + Ii > 4.0 -> N;
        true -> escape(Cr, Ci, Rr - Ii + Cr, 2.0 * Zr * Zi + Ci, N - 1)
    end.

bodies(Steps) -> orbit(Steps, {1.0, 0.0, 0.0, 1.0}).

orbit(0, {X, Y, Vx, Vy}) -> X * Vx + Y * Vy + math:sqrt(X * X + Y * Y);
orbit(N, {X, Y, Vx, Vy}) ->
    R2 = X * X + Y * Y,
    R3 = R2 * math:sqrt(R2),
    Ax = -X / R3,
    Ay = -Y / R3,
    V1 = Vx + Ax * 0.001,
    W1 = Vy + Ay * 0.001,
    orbit(N - 1, {X + V1 * 0.001, Y + W1 * 0.001, V1, W1}).

integral(0, Sum) -> Sum;
integral(N, Sum) ->
    X = N / 200000,
    integral(N - 1, Sum + X * X * 1.5 - X / 2 + 1).

dot(N) ->
    A = [float(X) || X <- lists:seq(1, N)],
    B = [X / 3 || X <- A],
    lists:foldl(fun({X, Y}, Sum) -> Sum + X * Y end, 0.0, lists:zip(A, B)) / N.
