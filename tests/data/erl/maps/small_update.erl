-module(small_update).
-export([main/0]).
-include("../../t.hrl").

main() ->
    M = ?I(#{a => 1, b => 2}),
    ?P(M#{c => 3}), ?P(M#{a := x}), ?P(M#{a => y, d => z, b := w}), ?P(M), ?P(#{}#{1 => 2}), ?X(M#{zz := 1}), ?X((?I(x))#{a => 1}), ?X((?I([]))#{a := 1}), ?X(#{?I(k) => v, ?I(k) => w}), ?P(M#{{t, [1]} => big, 1.5 => f, <<"b">> => bin}), ?P(maps:size(M)), ?X(map_size(?I(1))), ?P(M#{a := 1} =:= M), ?P(M#{1 => a, 1.0 => b}), ?P(up(M)), ?X(up(?I(#{a => 1}))), ?P(seq(?I(#{}))).

up(M) -> M#{a := p, b := q}.
seq(M0) -> M1 = M0#{x => 1}, M2 = M1#{x := 2, y => M1}, M3 = M2#{x := M2}, [M0, M1, M2, M3].
