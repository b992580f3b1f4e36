-module(member_reverse_length).
-export([main/0]).
-include("../../t.hrl").

main() ->
    ?P(lists:member(2, ?I([1, 2]))), ?P(lists:member({x, [1]}, ?I([{x, [1]}]))), ?P(lists:member(x, [])), ?X(lists:member(x, ?I(a))), ?X(lists:member(x, ?I([a | b]))), ?X(lists:member(a, ?I([a | b]))),
    ?P(lists:reverse(?I([1, 2, 3]))), ?P(lists:reverse([1], ?I(tail))), ?P(lists:reverse([], x)), ?X(lists:reverse(?I(a))), ?X(lists:reverse(?I([a | b]))), ?X(lists:reverse(?I([a | b]), [])), ?X(lists:reverse(?I(x), [])),
    ?P(length(?I([]))), ?X(length(?I(a))), ?X(length(?I([a | b]))), ?P(length(lists:seq(1, 100000))), ?P(hd(lists:reverse(lists:seq(1, 100000)))), ?P(lists:member(99999, lists:seq(1, 100000))), ?X(hd(?I([]))), ?X(tl(?I([]))), ?X(hd(?I(a))), ?X(tl(?I({}))), ?P(tl([1 | ?I(2)])).
