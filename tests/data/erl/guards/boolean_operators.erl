-module(boolean_operators).
-export([main/0]).
-include("../../t.hrl").

main() ->
    Bs = [true, false, x],
    [t:x({A, B}, fun() -> {g_and(A, B), g_or(A, B), g_xor(A, B), g_andalso(A, B), g_orelse(A, B), g_not(A)} end) || A <- Bs, B <- Bs],
    [begin t:x({A, 'and', B}, fun() -> A and B end), t:x({A, 'or', B}, fun() -> A or B end), t:x({A, 'xor', B}, fun() -> A xor B end), t:x({A, 'andalso', B}, fun() -> A andalso B end), t:x({A, 'orelse', B}, fun() -> A orelse B end), t:x({'not', A}, fun() -> not A end) end || A <- ?I(Bs), B <- ?I(Bs)],
    ?X(case ?I(x) of V when V -> yes; _ -> no end), ?X(case ?I(x) andalso true of true -> yes; _ -> no end).

g_and(A, B) when A and B -> 1; g_and(_, _) -> 0.
g_or(A, B) when A or B -> 1; g_or(_, _) -> 0.
g_xor(A, B) when A xor B -> 1; g_xor(_, _) -> 0.
g_andalso(A, B) when A andalso B -> 1; g_andalso(_, _) -> 0.
g_orelse(A, B) when A orelse B -> 1; g_orelse(_, _) -> 0.
g_not(A) when not A -> 1; g_not(_) -> 0.
