%% Exact results only, and those that round the same on every libm.
-module(math_module).
-export([main/0]).
-include("../../t.hrl").

main() ->
    ?P(math:pi()), ?P(math:sqrt(2)), ?P(math:sqrt(?I(1 bsl 100))), ?P(math:pow(2, 10)), ?P(math:pow(2, ?I(0.5))), ?P(math:floor(-1.5)), ?P(math:ceil(1.2)), ?P(math:fmod(7, 3)), ?P(math:fmod(-7.5, 2)),
    ?P(math:exp(0)), ?P(math:log(1)), ?P(math:log2(1024)), ?P(math:log10(1000)), ?P(math:sin(0)), ?P(math:cos(0)), ?P(math:atan2(0, 1)), ?P(math:erf(0)), ?P(math:erfc(0)), ?P(math:tanh(0)), ?P(math:asinh(0)),
    ?X(math:fmod(1, ?I(0))), ?X(math:sqrt(?I(a))), ?X(math:pow(?I(-8), 1/3)), ?X(math:log2(?I(0))), ?X(math:log10(?I(-1.0))), ?X(math:sin(?I(1 bsl 1025))), ?X(math:atanh(?I(1))), ?X(math:pow(?I(0), -1)),
    [true = abs(math:sin(X) * math:sin(X) + math:cos(X) * math:cos(X) - 1) < 1.0e-14 || X <- [0.1, 1, 2.5, 100]],
    ?P(round(math:exp(10) * 1000)), ?P(round(math:tan(1) * 1.0e10)).
