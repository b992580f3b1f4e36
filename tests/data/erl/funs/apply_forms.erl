-module(apply_forms).
-export([main/0]).
-include("../../t.hrl").
-export([many/20, tail2/1]).

main() ->
    M = ?I(lists), F = ?I(reverse), L = ?I([[1, 2]]), ?P(apply(M, F, L)), ?P(apply(fun lists:sum/1, L)), ?P(M:F([3, 4])), ?P(M:reverse([1])), ?P(lists:F([1])), ?P(apply(M, seq, [1, 3])), ?P(apply(erlang, apply, [M, F, L])), ?P(apply(fun(A, B, C, D, E, G, H, I) -> {A, B, C, D, E, G, H, I} end, lists:seq(1, 8))), ?P(apply(?MODULE, many, lists:seq(1, 20))), ?P(tail(5)), ?P(erlang:apply(erlang, '+', [1, 2])), ?P(apply(erlang, self, []) =:= self()), ?P(apply(?I(fun() -> none end), [])).

tail(0) -> done;
tail(N) -> apply(?MODULE, tail2, [N]).

many(A, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, S, T, U) -> {A, S, T, U}.
tail2(N) -> tail(N - 1).
