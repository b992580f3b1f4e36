-module(append_subtract).
-export([main/0]).
-include("../../t.hrl").

main() ->
    ?P([1, 2] ++ ?I([3])), ?P([] ++ ?I(x)), ?P([1] ++ ?I(x)), ?P(?I([1, 2]) ++ ?I([3 | 4])), ?X(?I(a) ++ [1]), ?X(?I([1 | 2]) ++ [3]), ?X(?I(a) -- [1]), ?X([1] -- ?I(a)), ?X([1 | ?I(2)] -- [1]), ?X([1] -- ?I([1 | 2])),
    ?P([3, 1, 2, 1, 3] -- ?I([1, 3])), ?P("hello world" -- ?I("lo wo")), ?P([1.0, 1] -- ?I([1])), ?P([] -- ?I([1])), ?P(?I([1]) -- []),
    Big = lists:seq(1, 5000), ?P(length(Big -- lists:seq(1, 5000, 2))), ?P((Big ++ Big) -- Big =:= Big), ?P(Big -- lists:reverse(Big)),
    ?P([a, b, a, {c}, "x", 1.5, {c}] -- [{c}, "x", 1.5, b, b]), ?P(lists:append([[1], [2, 3], [], [4]])), ?P(lists:subtract([1, 2, 3], [2])), ?X(lists:append([1], 2)), ?X(lists:append([[1] | ?I(x)])).
