%% Results that cross the border between small and large integers (60 bits) in both directions.
-module(small_overflow).
-export([main/0]).
-include("../../t.hrl").

main() ->
    Max = ?I((1 bsl 59) - 1),
    Min = ?I(-(1 bsl 59)),
    ?P(Max), ?P(Min),
    ?P(Max + ?I(1)), ?P(Min - ?I(1)), ?P(-Min), ?P(Max - Min), ?P(Min - Max), ?P(Min + Min),
    ?P((Max + 1) - 1 =:= Max), ?P((Min - 1) + 1 =:= Min),
    ?P(Max * Max), ?P(Min * Min), ?P(Max * Min), ?P(Min * ?I(-1)), ?P(Max * ?I(0)),
    ?P(Min div ?I(-1)), ?P(Min rem ?I(-1)), ?P(abs(Min)), ?P(-(-Min)),
    ?P((1 bsl ?I(30)) * (1 bsl ?I(29))), ?P((1 bsl ?I(30)) * -(1 bsl ?I(29))),
    ?P(?I(1 bsl 64) - ?I(1 bsl 64)), ?P(?I(1 bsl 63) + ?I(1 bsl 63)), ?P(?I(-1 bsl 63) - 1),
    [t:p(N, (1 bsl N) - 1 - (1 bsl (N - 1))) || N <- lists:seq(57, 66)],
    ?P(lists:foldl(fun(I, A) -> A * I end, 1, lists:seq(1, 30))),
    ?P(erts_debug:flat_size(Max)), ?P(erts_debug:flat_size(Max + 1)), ?P(erts_debug:flat_size(Min)), ?P(erts_debug:flat_size(Min - 1)).
