-module(normalization).
-export([main/0]).
-include("../../t.hrl").

main() ->
    S = [16#41, 16#30a, 16#212b, 16#1e9b, 16#323, 16#ac00, 16#fb01], [?P(unicode:F(S)) || F <- [characters_to_nfc_list, characters_to_nfd_list, characters_to_nfkc_list, characters_to_nfkd_list]], [?P(unicode:F(S)) || F <- [characters_to_nfc_binary, characters_to_nfd_binary, characters_to_nfkc_binary, characters_to_nfkd_binary]], ?P(string:equal("å", [$a, 16#30a])), ?P(string:equal("å", [$a, 16#30a], false, nfc)), ?P(string:equal("ÅSA", "åsa", true)), ?P(unicode:characters_to_nfc_list(<<"e", 204, 129>>)), ?P(unicode:characters_to_nfc_list([<<97, 255>>])).
