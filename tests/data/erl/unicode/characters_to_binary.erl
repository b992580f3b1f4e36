-module(characters_to_binary).
-export([main/0]).
-include("../../t.hrl").

main() ->
    ?P(unicode:characters_to_binary("aåä€😀")), ?P(unicode:characters_to_binary([<<"å"/utf8>>, 8364, [[$x], <<"é"/utf8>>]])), ?P(unicode:characters_to_binary(<<229, 228>>, latin1)), ?P(unicode:characters_to_binary(<<"å"/utf8>>, utf8, latin1)), ?P(unicode:characters_to_binary("€", unicode, latin1)), ?P(unicode:characters_to_binary("aå", unicode, utf16)), ?P(unicode:characters_to_binary("a😀", unicode, {utf16, little})), ?P(unicode:characters_to_binary("a", unicode, {utf32, big})), ?P(unicode:characters_to_binary(<<0, 97, 216, 61, 222, 0>>, utf16, utf8)),
    ?P(unicode:characters_to_binary(<<97, 195>>)), ?P(unicode:characters_to_binary([<<97, 226, 130>>, <<172>>])), ?P(unicode:characters_to_binary(<<97, 255, 98>>)), ?P(unicode:characters_to_binary([$a, 16#d800, $b])), ?P(unicode:characters_to_binary([$a, [<<195>>], "rest"])), ?X(unicode:characters_to_binary(["abc", <<128>>, x])), ?P(unicode:characters_to_binary([])), ?P(unicode:characters_to_binary(<<>>)), ?X(unicode:characters_to_binary(?I(a))), ?X(unicode:characters_to_binary([a])), ?X(unicode:characters_to_binary([-1])), ?X(unicode:characters_to_binary("a", foo)), ?X(unicode:characters_to_binary(<<1:3>>)), ?P(unicode:characters_to_binary([16#110000])).
