%% releases: 25
-module(math_last_digit).
-export([main/0]).

%% To the last digit these are the C library's, whose results differ between its versions: OTP 25 runs with the system's here.
main() ->
    Values = [I / 7 || I <- lists:seq(-60, 60)] ++ [1.0e-9, 1.0e-3, 0.1, 12.5, 100.25, 1.0e10, 1.0e100],
    [t:p(F, erlang:phash2([math:F(X) || X <- Values, defined(F, X)])) || F <- [asinh, acosh, atanh, erf, erfc]],
    [t:p(F, math:F(0.7)) || F <- [asinh, atanh, erf, erfc]],
    t:p(math:acosh(1.7)).

defined(acosh, X) -> X >= 1;
defined(atanh, X) -> abs(X) < 1;
defined(_, _) -> true.
