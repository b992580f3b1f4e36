%% Loops of tail calls of every kind run in constant space.
-module(tail_calls).
-export([main/0]).
-include("../../t.hrl").
-export([b/2, c/2, d/1]).

main() ->
    ?P(a(1000000, 0)), ?P(?MODULE:b(300000, 0)), F = fun G(0, A) -> A; G(N, A) -> G(N - 1, A + 1) end, ?P(F(1000000, 0)), ?P(c(300000, [])), ?P(d(300000)), ?P(e(100000, fun(X) -> X end)), {stack_size, S} = process_info(self(), stack_size), ?P(S < 1000), ?P(k(100000, fun(X) -> X end)).

a(0, A) -> A; a(N, A) -> a(N - 1, A + N).
b(0, A) -> A; b(N, A) -> ?MODULE:b(N - 1, A + 1).
c(0, _) -> done; c(N, L) -> apply(?MODULE, c, [N - 1, L]).
d(0) -> done; d(N) -> M = t:id(?MODULE), M:d(N - 1).
e(0, F) -> F(end_); e(N, F) -> e(N - 1, F).
k(0, K) -> K(0); k(N, K) -> k(N - 1, fun(X) -> K(X + 1) end).
