-module(one_shot).
-export([main/0]).
-include("../../t.hrl").

main() ->
    D = iolist_to_binary([integer_to_list(I) || I <- lists:seq(1, 5000)]), ?P(zlib:uncompress(zlib:compress(D)) =:= D), ?P(zlib:gunzip(zlib:gzip(D)) =:= D), ?P(zlib:unzip(zlib:zip(D)) =:= D), ?P(byte_size(zlib:compress(D)) < byte_size(D) div 2), ?P(zlib:compress(<<>>)), ?P(zlib:uncompress(zlib:compress([["io"], <<"list">>]))), ?P(zlib:gunzip(<<(zlib:gzip("one"))/binary, (zlib:gzip("two"))/binary>>)), ?X(zlib:uncompress(<<"not zlib">>)), ?X(zlib:gunzip(<<1, 2, 3>>)), ?X(zlib:uncompress(binary:part(zlib:compress(D), 0, 20))), ?X(zlib:compress(?I(a))), ?X(zlib:unzip(<<255, 255>>)), <<H:2/binary, _/binary>> = zlib:gzip(D), ?P(H), ?P(zlib:uncompress(<<120, 156, 75, 76, 74, 6, 0, 2, 77, 1, 39>>)).
