-module(big_add_sub).
-export([main/0]).
-include("../../t.hrl").

main() ->
    Vs = [0, 1, -1, (1 bsl 59), -(1 bsl 59) - 1, (1 bsl 64) - 1, 1 bsl 64, -(1 bsl 64), (1 bsl 128) - 1, -(1 bsl 128), (1 bsl 192) + 1],
    [t:p({A, B}, {A + B, A - B}) || A <- Vs, B <- Vs],
    %% Carries and borrows through many limbs, results that shrink to small.
    N = (1 bsl ?I(1000)) - 1,
    ?P(N + 1 =:= 1 bsl 1000), ?P((N + 1) - N), ?P(N - N), ?P((-N) + N), ?P(-(N + 1) + N).
