-module(match_floats).
-export([main/0]).
-include("../../t.hrl").

main() ->
    ?P([X || <<X/float>> <= ?I(<<1.5/float, -2.0/float, 0.1/float>>)]), ?P([X || <<X:32/float-little>> <= ?I(<<1.5:32/float-little, 0.25:32/float-little>>)]), ?P([X || <<X:16/float>> <= ?I(<<16#3c00:16, 16#7bff:16, 1:16, 16#8000:16>>)]), ?X(f(?I(<<16#7ff0000000000000:64>>))), ?X(f(?I(<<16#7ff8000000000000:64>>))), ?X(f(?I(<<16#7f800000:32>>))), ?X(f(?I(<<16#7c00:16>>))), ?X(f(?I(<<1.0/float>>))), ?X(f(?I(<<1.0:32/float>>))), <<_:1, Y/float, _:7>> = ?I(<<1:1, 9.75/float, 0:7>>), ?P(Y), ?X(g(<<1.0/float>>, ?I(64))), ?X(g(<<1.0/float>>, ?I(10))), ?X(g(<<1.0/float>>, ?I(a))), ?P(h(<<1.5/float, 2.5/float>>)).

f(<<X/float>>) -> {64, X}; f(<<X:32/float>>) -> {32, X}; f(<<X:16/float>>) -> {16, X}; f(_) -> none.
g(B, S) -> case B of <<X:S/float, _/bits>> -> X; _ -> no end.
h(<<X/float, Y/float>>) -> X * Y + X.
