%% Functions of `math` at their edges.
-module(more_math).
-export([main/0]).

main() ->
    [t:p({F, X}, t:r(fun() -> call(F, t:id(X)) end)) || F <- [asin, atan, sinh, cosh], X <- [0, -0.0, 1, -1, 0.5, 1.0e-300, 2, 1.0e300, 710, 711.5, 1 bsl 2000, a]].

call(asin, X) -> rounded(math:asin(X));
call(atan, X) -> rounded(math:atan(X));
call(sinh, X) -> rounded(math:sinh(X));
call(cosh, X) -> rounded(math:cosh(X)).

%% Libraries differ in the last bit.
rounded(X) -> float_to_list(X, [{scientific, 13}]).
