%% What erl_error says about a failed construction.
-module(error_info).
-export([main/0]).
-include("../../t.hrl").

main() ->
    A = ?I(a), N = ?I(-1), B = ?I(<<1:3>>),
    e(fun() -> <<A:8>> end), e(fun() -> <<1, 2:N>> end), e(fun() -> <<B/binary>> end), e(fun() -> <<1:8, (?I(<<1, 2>>)):5/binary>> end), e(fun() -> <<(?I(x))/float>> end), e(fun() -> <<(?I(16#d800))/utf8>> end), e(fun() -> <<(?I(1 bsl 4000)):64/float>> end).

e(F) ->
    try F() catch C:R:S ->
        [{_, _, _, Info} | _] = S,
        io:format("~p~n~ts~n", [proplists:get_value(error_info, Info), erl_error:format_exception(C, R, [hd(S)])])
    end.
