-module(if_and_case_clauses).
-export([main/0]).
-include("../../t.hrl").

main() ->
    ?X(fun(L) -> if hd(L) =:= 1 -> a end end(?I([2]))), ?X(case ?I({a, 1}) of {b, _} -> x end), ?X(begin {ok, V} = ?I({error, 1}), V end), ?X(f(?I(3))), ?X((fun(1) -> a end)(?I(2))), ?X(begin X = ?I(1), X = ?I(2) end), ?X(begin [A | _] = ?I([]), A end), ?X(begin #{k := V2} = ?I(#{}), V2 end), ?X(begin <<W:8>> = ?I(<<1, 2>>), W end), ?X(try ?I(1) of 2 -> a catch _:_ -> b end), ?X(case ?I(1.0) of 1 -> one end).

f(1) -> a;
f(2) -> b.
