-module(records_and_maps_large).
-export([main/0]).
-include("../../t.hrl").
-record(wide, {a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15, a16, a17, a18, a19, a20}).

main() ->
    W = #wide{a1 = 1, a20 = 20}, ?P(lists:foldl(fun(I, R) -> upd(I, R) end, W, lists:seq(1, 5))), ?P(sum(#wide{a1 = 1, a20 = 20, a2 = 2, a10 = 10, _ = 0})), M = maps:from_list([{I, I} || I <- lists:seq(1, 40)]), #{1 := A, 20 := B, 40 := C} = M, ?P({A, B, C}), M2 = M#{1 := x, 20 := y, 40 := z, 41 => new}, ?P([maps:get(K, M2) || K <- [1, 2, 20, 40, 41]]), ?P(try M#{99 := x} catch error:R -> R end), ?P(case M2 of #{41 := new, 42 := _} -> wrong; #{41 := N, 2 := 2} -> N end), ?P(deep(#{a => #{b => [#{c => {1, #{d => found}}}]}})).

upd(1, R) -> R#wide{a2 = two, a3 = three}; upd(2, R) -> R#wide{a20 = R#wide.a1 + 1}; upd(3, R) -> setelement(#wide.a5, R, five); upd(4, #wide{a5 = F} = R) -> R#wide{a6 = {F, F}, a7 = [F]}; upd(_, R) -> R#wide{a1 = done}.
sum(#wide{a1 = A, a2 = B, a10 = C, a20 = D}) -> A + B + C + D.
deep(#{a := #{b := [#{c := {_, #{d := X}}} | _]}}) -> X.
