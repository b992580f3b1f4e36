%% Dense, sparse, large and mixed case values: jump tables and binary search.
-module(select_integers).
-export([main/0]).
-include("../../t.hrl").

main() ->
    ?P([dense(I) || I <- lists:seq(-2, 25)]), ?P([sparse(I) || I <- [0, 1, 10, 100, 1000, 99999, -5, 1 bsl 40, 1 bsl 59, 1 bsl 70, -(1 bsl 70), 1.0, a]]), ?P([mixed(X) || X <- [1, a, "s", 2.5, {}, <<>>, #{}, b, 3, []]]), ?P([neg(I) || I <- lists:seq(-12, 12)]), ?P([floats(F) || F <- [1.0, 2.5, 0.0, 1, 3.75]]), ?P([off(I) || I <- [999, 1000, 1001, 1002, 1003, 1005, 1010]]).

dense(0) -> z; dense(1) -> a; dense(2) -> b; dense(3) -> c; dense(4) -> d; dense(5) -> e; dense(6) -> f; dense(7) -> g; dense(8) -> h; dense(9) -> i; dense(10) -> j; dense(11) -> k; dense(12) -> l; dense(15) -> o; dense(20) -> t; dense(_) -> none.
sparse(1) -> one; sparse(10) -> ten; sparse(100) -> hundred; sparse(99999) -> many; sparse(-5) -> minus; sparse(1099511627776) -> p40; sparse(576460752303423488) -> p59; sparse(1180591620717411303424) -> p70; sparse(-1180591620717411303424) -> m70; sparse(_) -> none.
mixed(1) -> i1; mixed(3) -> i3; mixed(a) -> aa; mixed(b) -> ab; mixed("s") -> s; mixed(2.5) -> f; mixed({}) -> t; mixed([]) -> n; mixed(<<>>) -> bin; mixed(X) when is_map(X) -> m; mixed(_) -> none.
neg(-10) -> a; neg(-9) -> b; neg(-8) -> c; neg(-7) -> d; neg(-6) -> e; neg(0) -> z; neg(1) -> p; neg(10) -> q; neg(_) -> o.
floats(1.0) -> one; floats(2.5) -> two5; floats(0.0) -> zero; floats(1) -> int; floats(_) -> no.
off(1000) -> a; off(1001) -> b; off(1002) -> c; off(1003) -> d; off(1004) -> e; off(1005) -> f; off(_) -> x.
