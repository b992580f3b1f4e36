-module(seq_function).
-export([main/0]).
-include("../../t.hrl").

main() ->
    ?P(lists:seq(1, 5)), ?P(lists:seq(5, 4)), ?P(lists:seq(-2, 2)), ?P(lists:seq(1, 10, 3)), ?P(lists:seq(10, 1, -3)), ?P(lists:seq(1, 1, 0)), ?P(lists:seq(1 bsl 64, (1 bsl 64) + 2)), ?P(lists:seq((1 bsl 59) - 2, (1 bsl 59) + 1)), ?P(lists:seq(0, -1)), ?P(length(lists:seq(1, 100000))),
    ?X(lists:seq(5, 3)), ?X(lists:seq(a, 3)), ?X(lists:seq(1, 3, 0)), ?X(lists:seq(1, 3, -1)), ?X(lists:seq(1.0, 3)), ?X(lists:seq(3, 1, 1)), ?X(lists:seq(1, ?I(b), 2)).
