-module(values_live_across_try).
-export([main/0]).
-include("../../t.hrl").

main() ->
    ?P(f(1, [a], {b})), ?P(f(0, [a], {b})), ?P(g([1, 2, 0, 4])), ?P(h(?I(5))), ?P(h(?I(x))).

f(N, L, T) ->
    X = [N | L],
    R = try 10 div N catch error:badarith -> {zero, X} end,
    {R, X, T, L}.
g(Ns) -> [try A = 100 div N, {ok, A, N} catch error:E -> {E, N} end || N <- Ns].
h(X) ->
    Y = try X + 1 of Z -> Z * 2 catch _:_ -> -1 after put(h, X) end,
    {Y, get(h)}.
