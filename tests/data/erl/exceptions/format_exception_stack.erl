-module(format_exception_stack).
-export([main/0]).
-include("../../t.hrl").

main() ->
    try a(?I([1])) catch C:R:S -> io:format("~ts~n", [erl_error:format_exception(C, R, own(S))]), io:format("~ts~n", [erl_error:format_exception(C, R, own(S), #{column => 10})]) end,
    try lists:foldl(fun(X, Acc) -> X + Acc end, ?I(zero), [1, 2]) catch C2:R2:S2 -> io:format("~ts~n", [erl_error:format_exception(C2, R2, own(S2))]) end,
    try b(#{k => lists:seq(1, 100)}) catch C3:R3:S3 -> io:format("~ts~n", [erl_error:format_exception(C3, R3, own(S3))]) end.

own(S) -> lists:takewhile(fun({M, _, _, _}) -> M =/= runner end, S).
a([H | T]) ->
    {H, a(T)};
a({x}) ->
    ok.
b(#{k := x}) -> ok.
