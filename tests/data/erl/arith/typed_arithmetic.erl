%% Guards tell the compiler types and ranges, so that it leaves tests out.
-module(typed_arithmetic).
-export([main/0]).
-include("../../t.hrl").

main() ->
    ?P([f(X) || X <- [0, 1, 255, 256, -1, a, 1.0]]), ?P([g(X, Y) || X <- [0, 7, 1 bsl 40], Y <- [1, 63, 1 bsl 30]]), ?P(sum(lists:seq(1, 1000), 0)),
    ?P(h(<<1, 2, 3, 255>>, 0)), ?P(k(<<255:64, (-1):64, 0:64>>)), ?P(len(?I([1, 2, 3]), {a, b})).

f(X) when is_integer(X), 0 =< X, X < 256 -> (X * X + X) bsr 3;
f(X) when is_integer(X) -> X div 2;
f(X) when is_float(X) -> X + X;
f(_) -> none.
g(X, Y) when is_integer(X), is_integer(Y), X >= 0, Y > 0, Y < 1000 -> {X div Y, X rem Y, X band (Y - 1), (X bsl 3) + Y};
g(X, Y) -> {big, X - Y}.
sum([H | T], A) when is_integer(H), H < 10000 -> sum(T, A + H * 2 - 1);
sum([], A) -> A.
h(<<B, R/binary>>, A) -> h(R, (A * 31 + B) band 16#ffffffff);
h(<<>>, A) -> A.
k(<<A:64, B:64/signed, C:64>>) -> {A + 1, B - 1, C - 1, A * B, (A + B) * C}.
len(L, T) -> length(L) * tuple_size(T) + 1 - map_size(#{}) * 2.
