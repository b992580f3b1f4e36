-module(map_matching).
-export([main/0]).
-include("../../t.hrl").

main() ->
    Ms = ?I([#{}, #{a => 1}, #{a => 2, b => 3}, #{b => 1}, #{a => #{b => #{c => deep}}}, #{1 => x}, #{1.0 => y}, #{"k" => v}, x]),
    ?P([f(M) || M <- Ms]), #{a := A, b := B} = ?I(#{a => p, b => q, c => r}), ?P({A, B}), K = ?I({k}), #{K := V} = ?I(#{{k} => found}), ?P(V), ?X(begin #{nope := Z} = ?I(#{}), Z end), ?X(begin #{} = ?I(x), ok end), ?P(g(k1, #{k1 => 1})), ?P(g(k1, #{k2 => 1})), ?P(h(maps:from_list([{I, I * I} || I <- lists:seq(1, 50)]))), ?P([X || #{a := X} <- Ms]), ?P(many(#{a => 1, b => 2, c => 3, d => 4})), ?P(many(#{a => 1, b => 2, c => 3})).

f(#{a := #{b := #{c := C}}}) -> C; f(#{a := 1}) -> one; f(#{a := A, b := B}) -> A + B; f(#{1 := X}) -> {int, X}; f(#{1.0 := X}) -> {float, X}; f(#{"k" := V}) -> V; f(#{b := _}) -> b; f(#{} = M) when map_size(M) =:= 0 -> empty; f(_) -> none.
g(K, M) -> case M of #{K := V} -> {yes, V}; _ -> no end.
h(#{7 := A, 49 := B}) -> {A, B}.
many(#{a := A, b := B, c := C, d := D}) -> [A, B, C, D]; many(#{c := C, a := A}) -> {A, C}.
