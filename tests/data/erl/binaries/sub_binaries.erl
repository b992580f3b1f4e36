-module(sub_binaries).
-export([main/0]).
-include("../../t.hrl").

main() ->
    B = binary:copy(<<"0123456789">>, 50), <<_:13, S:200/bits, _/bits>> = B, {A, C} = split_binary(B, 123),
    ?P({byte_size(A), byte_size(C), <<A/binary, C/binary>> =:= B}), ?P(bit_size(S)), ?P(binary:copy(S)), ?P(S =:= binary:copy(S)), ?P(binary:referenced_byte_size(A)), ?P(binary:referenced_byte_size(binary:copy(A))), ?P(binary:part(C, 2, 5)), ?P(binary_part(B, {500, -3})), ?X(split_binary(B, 501)), ?X(split_binary(B, ?I(-1))), ?X(split_binary(?I(a), 1)), ?X(split_binary(?I(<<1:4>>), 1)), ?P(split_binary(?I(<<1, 2:4>>), 1)), <<X:1/binary, _/binary>> = <<"zz">>, ?P(X), ?P(binary_to_list(binary:part(C, 0, 4))), ?P(erlang:phash2(A) =:= erlang:phash2(binary:copy(A))), ?P(term_to_binary(binary:part(B, 3, 4))), ?P(size(S)), ?P(byte_size(S)).
