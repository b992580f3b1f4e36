-module(bom_and_validity).
-export([main/0]).
-include("../../t.hrl").

main() ->
    ?P(unicode:bom_to_encoding(<<16#ef, 16#bb, 16#bf, "x">>)), ?P(unicode:bom_to_encoding(<<16#fe, 16#ff>>)), ?P(unicode:bom_to_encoding(<<16#ff, 16#fe>>)), ?P(unicode:bom_to_encoding(<<16#ff, 16#fe, 0, 0>>)), ?P(unicode:bom_to_encoding(<<"abc">>)), ?P(unicode:encoding_to_bom(utf8)), ?P(unicode:encoding_to_bom({utf32, little})), ?P(unicode:encoding_to_bom(latin1)), ?P(io_lib:printable_list("abc\n")), ?P(io_lib:printable_list([1])), ?P(io_lib:printable_unicode_list("€")), ?P(io_lib:printable_latin1_list("é")), ?P(io_lib:latin1_char_list("€")), ?P(io_lib:char_list([16#d800])).
