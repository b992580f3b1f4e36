-module(shifts).
-export([main/0]).
-include("../../t.hrl").

main() ->
    Vs = [0, 1, -1, 3, -3, (1 bsl 59) - 1, -(1 bsl 59), (1 bsl 64) + 1, -(1 bsl 64) - 1, -(1 bsl 128)],
    Ns = [0, 1, 3, 31, 58, 59, 60, 63, 64, 65, 127, 128, 200],
    [t:p({V, N}, {V bsl N, V bsr N, V bsl -N, V bsr -N}) || V <- Vs, N <- Ns],
    %% By more than there is, and by numbers that are large themselves.
    ?X(?I(1) bsr ?I(1 bsl 70)), ?X(?I(-1) bsr ?I(1 bsl 70)), ?X(?I(0) bsl ?I(1 bsl 70)), ?X(?I(5) bsl ?I(-(1 bsl 70))), ?X(?I(-5) bsl ?I(-(1 bsl 70))),
    ?X(?I(1) bsl ?I(1 bsl 70)), ?X(?I(1) bsr ?I(-(1 bsl 70))), ?X(?I(0) bsr ?I(-(1 bsl 70))).
