%% Products of many lengths, checked by identities and by their remainders.
-module(big_mul).
-export([main/0]).
-include("../../t.hrl").

main() ->
    Sizes = [1, 2, 3, 7, 8, 15, 16, 17, 31, 32, 33, 40, 63, 64, 65, 100, 129, 200],
    Ms = [1000000007, (1 bsl 61) - 1, 998244353],
    lists:foreach(
      fun({I, J}) ->
              A = num(I, 12345 + I), B = num(J, 777 + J),
              P = A * B,
              true = P =:= B * A,
              true = [(A rem M) * (B rem M) rem M || M <- Ms] =:= [P rem M || M <- Ms],
              true = (A + 1) * (B - 1) =:= P - A + B - 1,
              true = -A * B =:= -P, true = -A * -B =:= P,
              true = P div A =:= B, true = P rem A =:= 0, true = (P + 1) rem B =:= 1 rem B
      end, [{I, J} || I <- Sizes, J <- Sizes]),
    P = num(200, 1) * num(150, 2),
    ?P(erlang:phash2(P)), ?P(P rem 1000000007),
    Squares = [begin A = num(I, I), A * A - (A - 1) * (A + 1) end || I <- Sizes],
    ?P(Squares).

num(Limbs, Seed) -> num(Limbs, Seed, 0).
num(0, _, Acc) -> Acc;
num(N, S, Acc) ->
    S1 = (S * 6364136223846793005 + 1442695040888963407) band 16#ffffffffffffffff,
    num(N - 1, S1, (Acc bsl 64) bor (S1 bor 1 bsl 63)).
