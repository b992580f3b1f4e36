-module(raise_bif).
-export([main/0]).
-include("../../t.hrl").

main() ->
    ?X(erlang:raise(error, foo, [])), ?X(erlang:raise(throw, foo, [])), ?X(erlang:raise(exit, foo, [{m, f, 2, []}])), ?X(erlang:raise(error, foo, [{m, f, [a, b], [{file, "x"}, {line, 3}]}])), ?P(erlang:raise(?I(bad), foo, [])), ?P(erlang:raise(error, foo, ?I(bad))), ?P(erlang:raise(error, foo, ?I([{a}]))), ?P(catch erlang:raise(error, foo, [{m, f, 1, [{line, 5}]}])), ?P(catch erlang:raise(exit, foo, [])), ?P(catch erlang:raise(throw, foo, [])),
    ?P(try try error(a) catch error:a:S -> erlang:raise(error, b, S) end catch C:R:S2 -> {C, R, element(2, hd(S2)) =/= raise} end), ?P(erlang:raise(error, x, ?I([{m, f, 1, bad}]))), ?P(try erlang:raise(error, x, [{m, f, 1}]) catch error:x:S3 -> S3 end), ?P(try erlang:raise(error, x, [{fun() -> ok end, [1]}]) catch error:x:S4 -> length(S4) end), ?P(erlang:raise(error, x, ?I([{m, f, 1, []} | y]))).
