-module(construct_floats).
-export([main/0]).
-include("../../t.hrl").

main() ->
    Fs = [0.0, 1.0, -1.5, 3.14159, 1.0e10, 65504.0, 1.0e-8, 0.1], F = ?I(2.5),
    [t:p(X, {<<X/float>>, <<X:32/float>>, <<X:16/float>>, <<X/float-little>>, <<X:32/float-little>>}) || X <- Fs], ?P(<<(?I(3))/float>>), ?P(<<(?I(1 bsl 64)):32/float>>), ?P(<<1:1, F/float, F:32/float, 0:7>>), ?P(<<F:(?I(64))/float>>), ?P(<<F:(?I(4))/float-unit:8>>), ?X(<<(?I(70000.0)):16/float>>), ?X(<<(?I(-70000)):16/float>>), ?P(<<(?I(1.0e-46)):32/float>>), ?P(<<(?I(5.0e-8)):16/float>>).
