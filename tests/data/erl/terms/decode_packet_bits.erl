%% erlang:decode_packet/3 of a bitstring that is no binary, and of one that lies across byte borders.
-module(decode_packet_bits).
-export([main/0]).
-include("../../t.hrl").

main() ->
    Packets = [{0, <<1, 2, 3>>}, {raw, <<>>}, {1, <<2, 7, 8>>}, {2, <<0, 2, 7, 8>>}, {4, <<0, 0, 0, 2, 7, 8>>}, {line, <<"ab\n">>}, {line, <<"ab">>},
        {http, <<"GET / HTTP/1.0\r\n">>}, {asn1, <<17, 2, 5, 6>>}, {tpkt, <<3, 0, 0, 6, 1, 2>>}, {sunrm, <<0, 0, 0, 1, 9>>}],
    [t:x({Type, bit_size(Bits)}, fun() -> erlang:decode_packet(Type, Bits, []) end)
     || {Type, Packet} <- Packets, Tail <- [<<>>, <<5:3>>, <<9, 5:3>>], Bits <- [<<Packet/binary, Tail/bits>>, shifted(<<Packet/binary, Tail/bits>>)]].

shifted(Bits) ->
    <<_:3, Same:(bit_size(Bits))/bits, _/bits>> = ?I(<<5:3, Bits/bits, 1:7>>),
    Same.
