-module(construct_binaries).
-export([main/0]).
-include("../../t.hrl").

main() ->
    B = ?I(<<"hello">>), Bits = ?I(<<5:3, 9:6>>), N = ?I(3),
    ?P(<<B/binary>>), ?P(<<B/binary, B/binary>>), ?P(<<B:N/binary, $!>>), ?P(<<B:N/binary-unit:4>>), ?P(<<Bits/bits, Bits/bits>>), ?P(<<Bits:4/bits>>), ?P(<<1:1, B/binary, 0:7>>), ?P(<<B:16/bitstring>>), ?P(<<(<<1, 2>>)/binary, 3>>), ?P(<<B/binary, Bits/bits, B/binary>>), ?P(<<>>), ?P(<<(?I(<<>>))/binary>>), ?P(<<Bits:0/bits>>), ?P(byte_size(<<(binary:copy(B, 1000))/binary, (binary:copy(B, 2000))/binary>>)), ?P(bit_size(<<Bits/bits, (binary:copy(B, 100))/binary>>)), <<_:3, Sub/bits>> = ?I(<<"abcdefgh">>), ?P(<<Sub/bits, 1:3>>), ?P(<<2:3, Sub/bits>>), ?P(<<Sub:8/bits, Sub:5/bits, 7:3>>).
