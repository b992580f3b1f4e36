%% Integers that would be too large.
-module(system_limit).
-export([main/0]).
-include("../../t.hrl").

main() ->
    ?X(?I(1) bsl ?I(67108864 * 2)),
    ?X(?I(-1) bsl ?I(1 bsl 40)),
    ?X((?I(1) bsl ?I(4194239)) > 0),
    ?X(?I(3) bsr ?I(-(1 bsl 40))),
    ?X((?I(1 bsl 100) bsl ?I(1 bsl 59)) > 0).
