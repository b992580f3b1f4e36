-module(closures).
-export([main/0]).
-include("../../t.hrl").

main() ->
    A = ?I(1), B = ?I([x]), F = fun(X) -> {A, B, X} end, G = fun() -> F(B) end, ?P(F(2)), ?P(G()), Add = fun(X) -> fun(Y) -> X + Y end end, ?P((Add(3))(4)), ?P([H(10) || H <- [Add(I) || I <- [1, 2, 3]]]), Fac = fun Self(0) -> 1; Self(N) -> N * Self(N - 1) end, ?P(Fac(25)), Compose = lists:foldl(fun(Fn, Acc) -> fun(X) -> Fn(Acc(X)) end end, fun(X) -> X end, [fun(X) -> X + 1 end, fun(X) -> X * 2 end, fun(X) -> {X} end]), ?P(Compose(5)), ?P((fun({ok, X}) -> X; (_) -> no end)(?I({ok, 7}))), ?P((fun(X, X) -> same; (_, _) -> differ end)(?I(1), ?I(1))), Shadow = fun(A) -> A end, ?P(Shadow(shadow)), Even = fun Ev(0) -> true; Ev(N) -> not Ev(N - 1) end, ?P(Even(10001)), ?P(lists:map(Add(100), [1, 2])), Many = many(1, 2, 3, 4, 5, 6, 7, 8), ?P(Many()).

many(A, B, C, D, E, F, G, H) -> fun() -> [A, B, C, D, E, F, G, H] end.
