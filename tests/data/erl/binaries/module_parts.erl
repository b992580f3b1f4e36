-module(module_parts).
-export([main/0]).
-include("../../t.hrl").

main() ->
    B = ?I(<<"hello world">>),
    ?P(binary:at(B, 0)), ?P(binary:first(B)), ?P(binary:last(B)), ?P(binary:part(B, {0, 5})), ?P(binary:part(B, 11, -5)), ?P(binary:bin_to_list(B, 6, 5)), ?P(binary:bin_to_list(B, {11, -2})), ?P(binary:list_to_bin([1, <<2>>, [3]])), ?P(binary:copy(<<"ab">>, 3)), ?P(binary:copy(B, 0)), ?P(binary:longest_common_prefix([<<"erlang">>, <<"ergonomy">>])), ?P(binary:longest_common_suffix([<<"erlang">>, <<"fang">>])), ?P(binary:longest_common_prefix([<<"a">>, <<"b">>])), ?P(binary:decode_unsigned(<<1, 0>>)), ?P(binary:decode_unsigned(<<1, 0>>, little)), ?P(binary:decode_unsigned(<<>>)), ?P(binary:encode_unsigned(256)), ?P(binary:encode_unsigned(256, little)), ?P(binary:encode_unsigned(0)), ?P(binary:encode_unsigned(1 bsl 100)), ?P(binary:decode_unsigned(binary:copy(<<255>>, 20))), ?P(binary:encode_hex(<<"\0azé">>)), ?P(binary:decode_hex(<<"00617AfF">>)),
    ?X(binary:at(B, 11)), ?X(binary:at(B, -1)), ?X(binary:first(<<>>)), ?X(binary:last(<<>>)), ?X(binary:part(B, 8, 4)), ?X(binary:part(B, -1, 1)), ?X(binary:copy(B, -1)), ?X(binary:copy(?I(a))), ?X(binary:copy(?I(<<1:1>>))), ?X(binary:encode_unsigned(-1)), ?X(binary:encode_unsigned(1, middle)), ?X(binary:decode_unsigned(?I(<<1:1>>))), ?X(binary:longest_common_prefix([])), ?X(binary:longest_common_prefix([<<"a">>, b])), ?X(binary:bin_to_list(B, 3, 20)), ?X(binary:decode_hex(<<"abc">>)), ?X(binary:decode_hex(<<"zz">>)), ?X(binary:referenced_byte_size(?I(a))), ?X(binary:list_to_bin([256])).
