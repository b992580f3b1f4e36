%% Integers and floats compare by exact value, however large.
-module(mixed_compare).
-export([main/0]).
-include("../../t.hrl").

main() ->
    Ns = [0, 0.0, -0.0, 1, 1.0, (1 bsl 53), float(1 bsl 53), (1 bsl 53) + 1, 9007199254740994.0, (1 bsl 59), 5.764607523034235e17, 1 bsl 64, 1.8446744073709552e19, (1 bsl 64) + 1, 1.0e300, 1 bsl 1100, -(1 bsl 1100), -1.0e300, 0.5, 5.0e-324],
    [t:p(A, [cmp(A, B) || B <- Ns]) || A <- Ns],
    ?P(?I(1) == 1.0), ?P(?I(1) =:= ?I(1.0)), ?P(?I(1) /= 1.0), ?P(?I(1) =/= 1.0),
    ?P([1, {2.0}] == ?I([1.0, {2}])), ?P(#{1 => a} == ?I(#{1.0 => a})), ?P(#{a => 1} == ?I(#{a => 1.0})),
    ?P(lists:sort([3, 2.0, 1, 2, 3.0, 1.0])), ?P(lists:usort([3, 2.0, 1, 2, 3.0, 1.0])), ?P(max(1, 1.0)), ?P(max(1.0, 1)), ?P(min(1, 1.0)), ?P(min(1.0, 1)).

cmp(A, B) when A < B -> '<';
cmp(A, B) when A > B -> '>';
cmp(A, B) when A == B -> '='.
