-module(hex_and_base64).
-export([main/0]).
-include("../../t.hrl").

main() ->
    Bs = [<<>>, <<"f">>, <<"fo">>, <<"foo">>, <<"foob">>, <<0, 255, 128>>, << <<I>> || I <- lists:seq(0, 255) >>],
    [t:p({base64:encode(B), base64:decode(base64:encode(B)) =:= B, binary:decode_hex(binary:encode_hex(B)) =:= B}) || B <- Bs], ?X(base64:decode(<<"a">>)), ?X(base64:decode(<<"ab=">>)), ?P(base64:decode("Zm 9v\n")), ?P(base64:encode_to_string("hello")), ?P(base64:mime_decode(<<"Zm%9v">>)), ?X(base64:decode(<<"Z*==">>)), ?P(erlang:md5(<<"abc">>)), ?P(erlang:md5_final(erlang:md5_update(erlang:md5_update(erlang:md5_init(), "a"), [<<"b">>, $c]))), ?P(erlang:crc32(<<"abc">>)), ?P(erlang:crc32(erlang:crc32("a"), "bc")), ?P(erlang:crc32_combine(erlang:crc32("a"), erlang:crc32("bc"), 2)), ?P(erlang:adler32("abc")), ?P(erlang:adler32_combine(erlang:adler32("a"), erlang:adler32("bc"), 2)), ?X(erlang:md5(?I(a))), ?X(erlang:crc32(?I([a]))), ?X(erlang:md5_update(<<"x">>, "a")), ?X(erlang:adler32(-1, "x")), ?X(erlang:md5(?I(<<1:4>>))).
