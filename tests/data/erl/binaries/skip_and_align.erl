-module(skip_and_align).
-export([main/0]).
-include("../../t.hrl").

main() ->
    ?P(f(<<1, 2, 3, 4, 5, 6, 7, 8>>)), ?P(f(<<1, 2, 3>>)), ?P(g(?I(<<0:5, 7:3, "abc">>), 5)), ?P(g(?I(<<0:5>>), 9)), ?P(h(<<1, 2, 3>>, 1)), ?P(h(<<1, 2, 3>>, 4)), ?X(h(<<1>>, ?I(-1))), ?P(al(<<1:3, 0:5, 9>>)), ?P(al(<<1:3, 0:4>>)), ?P(z(<<>>)), ?P(z(<<1:1>>)), ?P(ip(?I(<<4:4, 5:4, 0, 20:16, 7:16, 2:3, 1:13, 64, 6, 0:16, 10, 0, 0, 1, 10, 0, 0, 2, "data">>))).

f(<<_:3/binary, X:16, _:7, Y:1, _/bits>>) -> {X, Y}; f(<<_:24>>) -> three.
g(B, N) -> case B of <<_:N, X:3, R/bits>> -> {X, R}; _ -> no end.
h(B, N) -> case B of <<_:N/binary, R/binary>> -> R; _ -> no end.
al(<<X:3, _:5, Y>>) -> {X, Y}; al(<<X:3, R/bits>>) -> {X, bit_size(R)}.
z(<<>>) -> e; z(<<_:1>>) -> one.
ip(<<4:4, HL:4, _, Len:16, Id:16, Fl:3, Off:13, TTL, P, _:16, S1, S2, S3, S4, D:4/binary, Data/binary>>) when HL >= 5 -> {HL, Len, Id, Fl, Off, TTL, P, {S1, S2, S3, S4}, D, Data}.
