%% Mandelbrot: how fast is a tight loop of floats that ends by a comparison?
-module(awfy_mandelbrot).
-export([scale/0, run/1]).

scale() -> 4.

run(0) -> 0;
run(Rounds) -> rows(0, 250, 0) + run(Rounds - 1).

%% Eight points make a byte, and all bytes together a checksum.
rows(Size, Size, Sum) -> Sum;
rows(Y, Size, Sum) -> rows(Y + 1, Size, row(0, Size, 2.0 * Y / Size - 1.0, 0, Sum)).

row(Size, Size, _, Byte, Sum) -> Sum bxor (Byte bsl ((8 - Size rem 8) rem 8));
row(X, Size, Ci, Byte, Sum) ->
    Bits = Byte * 2 + point(50, 2.0 * X / Size - 1.5, Ci, 0.0, 0.0),
    case X band 7 of
        7 -> row(X + 1, Size, Ci, 0, Sum bxor Bits);
        _ -> row(X + 1, Size, Ci, Bits, Sum)
    end.

point(0, _, _, _, _) -> 0;
point(N, Cr, Ci, Zr, Zi) ->
    Rr = Zr * Zr,
    Ii = Zi * Zi,
    if
        Rr + Ii > 4.0 -> 1;
        true -> point(N - 1, Cr, Ci, Rr - Ii + Cr, 2.0 * Zr * Zi + Ci)
    end.
