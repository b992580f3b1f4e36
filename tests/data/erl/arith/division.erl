%% Signs of div and rem, and division by zero.
-module(division).
-export([main/0]).
-include("../../t.hrl").

main() ->
    Ns = [7, -7, 0, 1, -1, (1 bsl 59) - 1, -(1 bsl 59), 1 bsl 64, -(1 bsl 64), 123456789012345678901234567890],
    Ds = [1, -1, 2, -2, 3, -3, 7, 1 bsl 32, (1 bsl 59), -(1 bsl 60) - 1, 1 bsl 64, 987654321987654321],
    [t:p({N, D}, {N div D, N rem D, (N div D) * D + N rem D =:= N}) || N <- Ns, D <- Ds],
    ?X(?I(1) div ?I(0)), ?X(?I(1) rem ?I(0)), ?X(?I(1 bsl 70) div ?I(0)), ?X(?I(1 bsl 70) rem ?I(0)),
    ?X(?I(1) / ?I(0)), ?X(?I(1.0) / ?I(0.0)), ?X(?I(1) / ?I(-0.0)), ?X(?I(0) / ?I(5)),
    ?X(?I(1.0) div ?I(1)), ?X(?I(1) rem ?I(1.0)), ?X(?I(a) div ?I(1)).
