%% mandelbrot: how fast does a picture become bits, with complex numbers in tuples?
-module(game_mandelbrot).
-export([scale/0, run/1]).

scale() -> 6.

run(0) -> 0;
run(Rounds) -> erlang:crc32(picture(160)) + run(Rounds - 1).

picture(Size) -> list_to_binary([line(Y, Size) || Y <- lists:seq(0, Size - 1)]).

line(Y, Size) -> << <<(member({2.0 * X / Size - 1.5, 2.0 * Y / Size - 1.0}, {0.0, 0.0}, 50)):1>> || X <- lists:seq(0, Size - 1)>>.

member(_, _, 0) -> 1;
member(C, Z, N) ->
    Next = plus(square(Z), C),
    case norm(Next) > 4.0 of
        true -> 0;
        false -> member(C, Next, N - 1)
    end.

plus({A, B}, {C, D}) -> {A + C, B + D}.
square({A, B}) -> {A * A - B * B, 2.0 * A * B}.
norm({A, B}) -> A * A + B * B.
