-module(large_binaries).
-export([main/0]).
-include("../../t.hrl").

main() ->
    B = binary:copy(<<"0123456789abcdef">>, 65536), ?P(byte_size(B)), ?P(erlang:md5(B)), ?P(erlang:crc32(B)), ?P(erlang:adler32(B)), <<_:500000/binary, X:10/binary, _/binary>> = B, ?P(X), ?P(binary:matches(B, <<"f0">>) =:= [{16 * I - 1, 2} || I <- lists:seq(1, 65535)]), C = list_to_binary(binary_to_list(B)), ?P(C =:= B), ?P(C < <<B/binary, 0>>), <<N:(8 * 1000)/integer, _/binary>> = B, ?P(N rem 1000003), ?P(byte_size(<< <<(Y + 1)>> || <<Y>> <= B >>)), ?P(erlang:phash2(B)), ?P(binary:decode_unsigned(binary:part(B, 0, 5000)) rem 997), ?P(length(binary:split(B, <<"f">>, [global]))).
