%% A big integer among floats becomes the same float as one that is made of it alone, in registers for floats too.
-module(big_integers_in_floats).
-export([main/0]).
-include("../../t.hrl").

main() ->
    Numbers = ?I([-14923008334038145537, 14923008334038145537, 29846016668076291074, (1 bsl 64) + 2047, (1 bsl 64) + 2048, (1 bsl 64) + 2049, (1 bsl 127) + (1 bsl 74) - 1,
        (1 bsl 70) + (1 bsl 17) + 1, -(1 bsl 200) + 12345678901234567890, (1 bsl 1022) - 1, (1 bsl 1023) - (1 bsl 969) - 1]),
    [?P({Number, float(Number), sum(Number), twice(Number), Number / 3, ?I(Number) * 1.0}) || Number <- Numbers],
    [?X(sum(Number)) || Number <- ?I([1 bsl 1024, -(1 bsl 1100), 1 bsl 5000])].

sum(Number) -> Number + 1.5 - 0.25 * Number.

twice(Number) -> Number + Number + (-539.7403723005624 + 1682.9828331380886).
