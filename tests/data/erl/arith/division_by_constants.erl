%% Divisors that the compiler sees; the loader may know cheaper ways.
-module(division_by_constants).
-export([main/0]).
-include("../../t.hrl").

main() ->
    [t:p(N, f(N)) || N <- [0, 1, -1, 9, -9, 10, 99, -100, 1023, 1024, -1024, (1 bsl 59) - 1, -(1 bsl 59), 1 bsl 60, -(1 bsl 80) - 7]],
    ?X(g(a)), ?X(g(1.0)), ?X(h(1)), ?X(h(z)).

f(N) -> {N div 1, N rem 1, N div 2, N rem 2, N div 10, N rem 10, N div -3, N rem -3, N div 1024, N rem 1024, N div 1000003, N rem (1 bsl 62), N div (1 bsl 62)}.
g(N) -> N div 10.
h(N) -> N rem 0.
