%% Quotients whose trial digits are too large, remainders of all signs.
-module(big_div).
-export([main/0]).
-include("../../t.hrl").

main() ->
    Hard = [{(1 bsl 128) - 1, (1 bsl 64) - 1}, {(1 bsl 192) - (1 bsl 64), (1 bsl 128) - 1},
            {(1 bsl 127) bor 1, (1 bsl 63) bor 1}, {16#7fff800000000000000000000000000000000000, 16#800000000000000000000001},
            {16#800000000000000000000003, 16#200000000000000000000001}, {(1 bsl 256) - 1, (1 bsl 130) - 3}],
    [t:p({SA * A, SB * B}, {SA * A div (SB * B), SA * A rem (SB * B)}) || {A, B} <- Hard, SA <- [1, -1], SB <- [1, -1]],
    lists:foreach(
      fun({I, J}) ->
              A = num(I, I * 31 + J), B = num(J, J * 17 + I),
              Q = A div B, R = A rem B,
              true = Q * B + R =:= A,
              true = R >= 0 andalso R < B,
              true = (-A) div B =:= -Q, true = (-A) rem B =:= -R, true = A rem (-B) =:= R
      end, [{I, J} || I <- lists:seq(1, 40, 3), J <- lists:seq(1, 40, 2)]),
    ?P(num(90, 5) div num(45, 6) rem 1000003),
    ?P((1 bsl 4000) div (1 bsl 3990)), ?P((1 bsl 100) rem (1 bsl 100)), ?P(((1 bsl 100) - 1) div (1 bsl 100)).

num(N, S) -> num(N, S, 1).
num(0, _, A) -> A;
num(N, S, A) ->
    S1 = (S * 6364136223846793005 + 1442695040888963407) band 16#ffffffffffffffff,
    num(N - 1, S1, (A bsl 64) bor S1).
