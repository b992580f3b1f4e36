%% Clauses that differ in floats, or in integers of more than a word.
-module(select_floats_and_large_integers).
-export([main/0]).
-include("../../t.hrl").

main() ->
    ?P([f(t:id(X)) || X <- [1.5, 2.5, 3.5, 4.5, 0.1, 1.0e300, 1, 2, a, [], -1.5, 5.0e-324]]),
    ?P([g(t:id(X)) || X <- [100000000000000000000, 200000000000000000000, 300000000000000000000, -100000000000000000000, 1, 1.0e20, 1 bsl 200, (1 bsl 200) + 1, 0, a, <<>>]]),
    ?P([h(t:id(X)) || X <- [1, 1.0, 2, 2.0, 1 bsl 64, float(1 bsl 64), x]]), ?P([g(binary_to_term(term_to_binary(X)) + 0) || X <- [100000000000000000000, 1 bsl 200]]), ?P([g(t:id(X) * 100000000000000000000) || X <- [1, 2, 3, 4]]).

f(1.5) -> one;
f(2.5) -> two;
f(3.5) -> three;
f(1.0e300) -> large;
f(5.0e-324) -> tiny;
f(_) -> other.

g(100000000000000000000) -> one;
g(200000000000000000000) -> two;
g(300000000000000000000) -> three;
g(-100000000000000000000) -> minus_one;
g(1 bsl 200) -> huge;
g(1) -> small;
g(_) -> other.

h(1) -> i1;
h(1.0) -> f1;
h(2.0) -> f2;
h(2) -> i2;
h(18446744073709551616) -> big;
h(18446744073709551616.0) -> big_float;
h(_) -> other.
