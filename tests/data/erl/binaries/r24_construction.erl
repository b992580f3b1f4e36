%% releases: 25 27
%% compile: r24
%% Construction by the instructions from before bs_create_bin.
-module(r24_construction).
-export([main/0]).
-include("../../t.hrl").

main() ->
    B = ?I(<<"hello">>), Bits = ?I(<<5:3>>), N = ?I(3), I = ?I(258), F = ?I(1.5), C = ?I(16#20ac), Big = ?I(1 bsl 100),
    ?P(<<I:16, 1, 2, "str">>), ?P(<<I:N, B/binary, 0:5>>), ?P(<<B:N/binary, I:16/little>>), ?P(<<Bits/bits, Bits/bits, 1:2>>), ?P(<<F/float, F:32/float-little, I/float>>), ?P(<<C/utf8, C/utf16, C/utf16-little, C/utf32, $a/utf8>>), ?P(<<Big:128, -1:70>>), ?P(<<I:N/unit:4, I:(N * 8)/signed-little>>), ?P(lists:foldl(fun(X, A) -> <<A/binary, X, X:N>> end, <<>>, [])), ?P(lists:foldl(fun(X, A) -> <<A/bits, X:3>> end, <<>>, lists:seq(1, 20))), ?P(lists:foldl(fun(X, A) -> <<A/binary, X:16>> end, B, lists:seq(1, 50))), ?P(<< <<X:4>> || X <- [1, 2, 3, 4] >>), ?P(<< <<X, Y>> || <<X>> <= B, Y <- [1] >>), ?P(<<1:1, B/binary, Bits/bits, B:2/binary-unit:4>>), ?P(byte_size(<<(binary:copy(B, 100))/binary, I>>)), ?P(<<>>), ?P(<<"literal", (?I($!))>>),
    ?X(<<(?I(a)):8>>), ?X(<<I:(?I(-1))>>), ?X(<<I:(?I(a))>>), ?X(<<Bits/binary>>), ?X(<<(?I(a))/binary>>), ?X(<<B:(?I(9))/binary>>), ?X(<<(?I(a))/float>>), ?X(<<(?I(16#d800))/utf8>>), ?X(<<(?I(16#d800))/utf16>>), ?X(<<(?I(-1))/utf32>>), ?X(<<1:(?I(1 bsl 70))>>), ?X(<<(?I(a))/binary, 1>>), ?X(<<(?I(1.0)):16>>), ?X(lists:foldl(fun(X, A) -> <<A/binary, X>> end, ?I(<<1:1>>), [1])).
