-module(error_bifs).
-export([main/0]).
-include("../../t.hrl").

main() ->
    ?P(t:st(fun() -> error(r, [a, b]) end)), ?P(t:st(fun() -> erlang:error(r, none) end)), ?P(info(fun() -> erlang:error(r, [x], [{error_info, #{cause => c, module => m}}]) end)), ?X(erlang:error(r, ?I(bad))), ?X(erlang:error(r, [], ?I(bad))), ?X(erlang:error(r, [], ?I([{x, y}]))), ?P(t:st(fun() -> erlang:nif_error(n) end)), ?P(t:st(fun() -> erlang:nif_error(n, [1]) end)), ?X(exit(?I({shutdown, x}))), ?X(throw(?I([]))), ?X(erlang:exit(?I(1.5))).

info(F) -> try F() catch C:R:S -> [{M, Fn, A, I} | _] = S, {C, R, M, Fn, A, proplists:get_value(error_info, I)} end.
