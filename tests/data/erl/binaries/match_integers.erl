-module(match_integers).
-export([main/0]).
-include("../../t.hrl").

main() ->
    B = ?I(<<16#0123456789abcdef:64, 16#fedcba9876543210:64>>),
    [t:p(S, m(B, S)) || S <- [0, 1, 3, 7, 8, 9, 15, 16, 17, 24, 31, 32, 33, 56, 59, 60, 61, 63, 64, 65, 100, 127, 128, 129]], ?P(fixed(B)), ?P(lit(<<1, 2, 3>>)), ?P(lit(<<1, 2, 4>>)), ?P(lit(<<"xyz">>)), ?P(lit(<<0:3, 5:5>>)), ?P(lit(<<1.0/float>>)), ?X(m(B, ?I(-1))), ?X(m(B, ?I(a))), ?X(m(B, ?I(1 bsl 70))), ?X(m(?I(x), 8)), ?P([X || <<X:12/signed-little>> <= B]), ?P([X || <<X:4/unit:2>> <= ?I(<<1, 2, 255>>)]).

m(B, S) -> case B of <<X:S, Y:S/bits, _/bits>> -> {X, Y, sgn(B, S)}; <<X:S, _/bits>> -> {X, sgn(B, S)}; _ -> no end.
sgn(B, S) -> <<X:S/signed, _/bits>> = B, <<Y:S/little, _/bits>> = B, <<Z:S/little-signed, _/bits>> = B, {X, Y, Z}.
fixed(<<A:4, B:12/little, C:32/signed, D:16/little-signed, E:7, F:57/signed>>) -> {A, B, C, D, E, F}.
lit(<<1, 2, 3>>) -> a; lit(<<1, 2, X>>) -> {b, X}; lit(<<"xyz">>) -> c; lit(<<0:3, X:5>>) -> {d, X}; lit(<<1.0/float>>) -> e; lit(_) -> z.
