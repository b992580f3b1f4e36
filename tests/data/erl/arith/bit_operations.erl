%% band, bor, bxor, bnot over signs and sizes: two's complement without end.
-module(bit_operations).
-export([main/0]).

main() ->
    Vs = [0, 1, -1, 5, -6, (1 bsl 59) - 1, -(1 bsl 59), 1 bsl 63, -(1 bsl 63), (1 bsl 64) - 1, -(1 bsl 64), 16#123456789abcdef0123456789abcdef, -16#fedcba98765432100000000000000001],
    [t:p({A, B}, {A band B, A bor B, A bxor B}) || A <- Vs, B <- Vs],
    [t:p(A, {bnot A, bnot bnot A =:= A, A bxor -1 =:= bnot A}) || A <- Vs].
