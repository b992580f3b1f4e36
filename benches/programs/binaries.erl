%% How fast are binaries matched byte by byte, built, appended to and cut?
-module(binaries).
-export([scale/0, run/1]).

scale() -> 120.

run(Rounds) -> run(Rounds, 0).

run(0, Sum) -> Sum;
run(Rounds, Sum) ->
    Text = text(20000, <<>>),
    Packets = packets(20000, <<>>),
    Escaped = << <<(escape(C))/binary>> || <<C>> <= Text >>,
    Decoded = base64:decode(base64:encode(Text)),
    Lines = binary:split(Text, <<"\n">>, [global]),
    run(Rounds - 1, Sum + adler(Text, 1, 0) + parse(Packets, 0) + byte_size(Escaped) + byte_size(Decoded) + length(Lines)
        + length(words(Text, <<>>, [])) + length(utf8(<<"grüße aus dem süden: "/utf8, Text/binary>>, [])) + bits(Text, 0)).

text(0, Text) -> Text;
text(N, Text) when N rem 64 =:= 0 -> text(N - 1, <<Text/binary, $\n>>);
text(N, Text) when N rem 7 =:= 0 -> text(N - 1, <<Text/binary, " ">>);
text(N, Text) -> text(N - 1, <<Text/binary, ($a + N rem 26)>>).

packets(0, All) -> All;
packets(N, All) -> packets(N - 1, <<All/binary, (N band 3):8, N:16/big, (N * 3):32/little, 2:8, "xy">>).

parse(<<Kind:8, Number:16/big, Triple:32/little, Size:8, Body:Size/binary, Rest/binary>>, Sum) ->
    parse(Rest, Sum + Kind + Number + Triple + byte_size(Body));
parse(<<>>, Sum) -> Sum.

adler(<<Byte, Rest/binary>>, A, B) ->
    Next = (A + Byte) rem 65521,
    adler(Rest, Next, (B + Next) rem 65521);
adler(<<>>, A, B) -> B * 65536 + A.

escape($\n) -> <<"\\n">>;
escape(C) when C < $e -> <<$%, C>>;
escape(C) -> <<C>>.

words(<<C, Rest/binary>>, Word, Words) when C =:= $\s; C =:= $\n -> words(Rest, <<>>, [Word | Words]);
words(<<C, Rest/binary>>, Word, Words) -> words(Rest, <<Word/binary, C>>, Words);
words(<<>>, Word, Words) -> [Word | Words].

utf8(<<C/utf8, Rest/binary>>, All) -> utf8(Rest, [C | All]);
utf8(<<>>, All) -> All.

bits(<<A:3, B:5, Rest/bitstring>>, Sum) -> bits(Rest, Sum + A * B);
bits(<<>>, Sum) -> Sum.
