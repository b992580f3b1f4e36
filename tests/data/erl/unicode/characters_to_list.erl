-module(characters_to_list).
-export([main/0]).
-include("../../t.hrl").

main() ->
    ?P(unicode:characters_to_list(<<"aåä€😀"/utf8>>)), ?P(unicode:characters_to_list([<<"å"/utf8>>, 8364, [[$x]]])), ?P(unicode:characters_to_list(<<229, 228>>, latin1)), ?P(unicode:characters_to_list(<<97, 195>>)), ?P(unicode:characters_to_list(<<97, 255, 98>>)), ?P(unicode:characters_to_list(<<97, 16#ed, 16#a0, 16#80>>)), ?P(unicode:characters_to_list(<<0, 97, 0, 98, 0>>, utf16)), ?P(unicode:characters_to_list(<<97, 0, 0, 0>>, {utf32, little})), ?P(unicode:characters_to_list(<<0, 17, 0, 0>>, utf32)), ?X(unicode:characters_to_list(?I(a))), ?X(unicode:characters_to_list(["a", b])), Big = lists:flatten(lists:duplicate(20000, "aé€😀")), B = unicode:characters_to_binary(Big), ?P(byte_size(B)), ?P(unicode:characters_to_list(B) =:= Big), ?P(unicode:characters_to_list([binary:part(B, 0, 100003), binary:part(B, 100003, byte_size(B) - 100003)]) =:= Big).
