%% try and catch of each class, with and without the others' clauses.
-module(classes).
-export([main/0]).
-include("../../t.hrl").

main() ->
    Fs = [fun() -> throw(t) end, fun() -> exit(e) end, fun() -> error(r) end, fun() -> 1 div ?I(0) end, fun() -> {value, v} end, fun() -> throw({'EXIT', x}) end, fun() -> error({a, [b]}) end, fun() -> exit(normal) end],
    ?P([a(F) || F <- Fs]), ?P([b(F) || F <- Fs]), ?P([c(F) || F <- Fs]), ?P([d(F) || F <- Fs]), ?P([e(F) || F <- Fs]).

a(F) -> try F() of {value, X} -> {ok, X} catch T -> {throw, T}; exit:E -> {exit, E}; error:R -> {error, R} end.
b(F) -> try F() catch C:R -> {C, R} end.
c(F) -> case catch F() of {'EXIT', {R, S}} when is_list(S) -> {'EXIT', R, stack}; X -> X end.
d(F) -> try (try F() catch throw:t -> inner end) catch C:R when C =/= throw -> {outer, C, R}; throw:Y -> {t, Y} end.
e(F) -> try (try F() of {value, _} -> error(in_of); X -> X catch error:in_of -> wrong; exit:_ -> caught after ok end) catch C:R -> {outside, C, R} end.
