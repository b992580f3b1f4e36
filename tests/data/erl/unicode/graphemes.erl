-module(graphemes).
-export([main/0]).
-include("../../t.hrl").

main() ->
    S = [$e, 16#301, 16#1f468, 16#200d, 16#1f469, 16#200d, 16#1f467, 16#1f1f8, 16#1f1ea, $\r, $\n, 16#1100, 16#1161, 16#11a8, $x],
    ?P(string:to_graphemes(S)), ?P(string:length(S)), ?P(string:length(unicode:characters_to_binary(S))), ?P(string:reverse(S)), ?P(string:slice(S, 1, 2)), ?P(string:next_grapheme(S)), ?P(string:next_codepoint(S)), ?P(string:next_grapheme(<<"å"/utf8, "b">>)), ?P(string:next_grapheme([])), ?P(string:next_grapheme(<<255>>)).
