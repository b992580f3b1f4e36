%% The exact limit of an integer's size.
-module(bignum_limit).
-export([main/0]).
-include("../../t.hrl").

main() ->
    ?X((?I(1) bsl ?I(4194239)) rem 1000003),
    ?X((?I(1) bsl ?I(4194240)) rem 1000003),
    ?X((?I(1) bsl ?I(33554300)) rem 1000003),
    ?X((?I(1) bsl ?I(33554431)) rem 1000003),
    Half = ?I(1) bsl ?I(4194239),
    ?X((Half + Half) rem 1000003), ?X((-Half - Half) rem 1000003), ?X((Half + (Half - 1)) rem 1000003),
    ok.
