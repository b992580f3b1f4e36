%% There are neither infinities nor NaNs: what would be one is an error.
-module(float_overflow).
-export([main/0]).
-include("../../t.hrl").

main() ->
    Max = ?I(1.7976931348623157e308), Tiny = ?I(5.0e-324),
    ?X(Max * 2), ?X(Max + Max), ?X(-Max - Max), ?X(Max / ?I(0.1)), ?X(Tiny / 2), ?X(Tiny * ?I(0.5)), ?X(Max / Tiny),
    ?X(float(?I(1 bsl 1023)) > 0), ?X(float(?I(1 bsl 1024))), ?X(?I(1 bsl 1024) + 1.0), ?X(?I(1 bsl 2000) / ?I(1 bsl 1999)),
    ?X(math:exp(?I(1000))), ?X(math:pow(?I(10), 400)), ?X(math:sqrt(?I(-1))), ?X(math:log(?I(0))), ?X(math:log(-1)), ?X(math:acos(?I(2))),
    ?X(f(Max, Max)), ?X(list_to_float("1.0e309")), ?X(list_to_float("1.0e-400")), ?X(binary_to_float(<<"-1.0e999">>)).

%% All in float registers.
f(X, Y) when is_float(X), is_float(Y) -> X * Y - Y * X.
