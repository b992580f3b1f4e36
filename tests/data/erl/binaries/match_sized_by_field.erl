-module(match_sized_by_field).
-export([main/0]).
-include("../../t.hrl").

main() ->
    ?P(parse(<<3, "abcrest">>)), ?P(parse(<<0, "x">>)), ?P(parse(<<9, "short">>)), ?P(tlv(?I(<<1, 2:16, "hi", 2, 0:16, 3, 4:16, 7:32>>))), ?P(bits(<<5, 2#10110:5, 2#111:3>>)), ?P(neg(<<-1:8/signed, 5>>)), ?P(expr(<<2, 1, 2, 3, 4, 5>>)), ?P(guard(<<2, 1, 2, 3>>)), ?P(nested(?I(<<4, 2, "ab", 9, 9>>))).

parse(<<N, S:N/binary, R/binary>>) -> {S, R}; parse(B) -> {short, B}.
tlv(<<T, L:16, V:L/binary, R/binary>>) -> [{T, V} | tlv(R)]; tlv(<<>>) -> [].
bits(<<N, B:N/bits, R/bits>>) -> {B, R}.
neg(<<N:8/signed, X:N, _/bits>>) -> {N, X}; neg(_) -> no.
expr(<<N, A:(N * 2)/binary, B:(N - 1)/binary>>) -> {A, B}; expr(_) -> no.
guard(<<N, A:N/binary, R/binary>>) when byte_size(R) =:= 1, N < 5 -> {A, R}.
nested(<<N, (B):N/binary, R/binary>>) -> <<M, C:M/binary, _/binary>> = B, {C, R}.
