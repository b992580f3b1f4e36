%% What zlib makes no smaller is stored compressed as long as it is no larger.
-module(compressed_border).
-export([main/0]).

main() ->
    t:p(term_to_binary([[409, 456, 518, 2275, 6573], 20.0 | <<"abc">>], [compressed])),
    t:p(term_to_binary(-1329227995784915872903807060280344575, [compressed])),
    [t:p({N, byte_size(term_to_binary(lists:duplicate(N, X), [{compressed, Level}]))}) ||
        N <- lists:seq(0, 24), X <- [7, 256, a], Level <- [0, 1, 6, 9]].
