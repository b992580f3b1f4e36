%% Which segment is to blame, for what, and with which value.
-module(construct_error_causes).
-export([main/0]).
-include("../../t.hrl").

main() ->
    A = ?I(a), B = ?I(<<"abc">>), F = ?I(4.5), Huge = ?I(1 bsl 1500), Max = (1 bsl 59) - 1,
    Odd = ?I(<<0:1>>), Minus = ?I(-1),
    causes([
        fun() -> <<F:(?I(3))/float-unit:8>> end,
        fun() -> <<F:(?I(1))/float>> end,
        fun() -> <<0:8, F:(?I(70000))/float-unit:64>> end,
        fun() -> <<A:(?I(3))/float>> end,
        fun() -> <<Huge:(?I(3))/float>> end,
        fun() -> <<Huge:(?I(64))/float>> =:= x end,
        fun() -> <<A:32/float>> end,
        fun() -> <<A:Minus/float>> end,
        fun() -> <<F:(?I(Max))/float-unit:32, 0:64>> end,
        fun() -> <<B/binary, 0:100/unit:8, A:8>> end,
        fun() -> <<0:(?I(Max))/unit:32, 0:64>> end,
        fun() -> <<B:(?I(Max))/binary-unit:32, 0:64>> end,
        fun() -> <<0:(?I(Max))/unit:33, 0:Minus>> end,
        fun() -> <<0:64, 42:(?I(1 bsl 60))/unit:8>> end,
        fun() -> <<A/binary, 42:(?I(1 bsl 60))/unit:8>> end,
        fun() -> <<B/binary, A/binary, 42:(?I(1 bsl 60))/unit:8>> end,
        fun() -> <<B/binary, 42:(?I(1 bsl 60))/unit:8, A/binary>> end,
        fun() -> <<B/binary, A/utf8, A/utf16>> end,
        fun() -> <<B/binary, 1:Minus, A/utf16>> end,
        fun() -> <<"abc", A/utf32>> end,
        fun() -> <<B:(?I(4))/bytes, B:(?I(25))/bits>> end,
        fun() -> <<Odd/bytes, A:8>> end,
        fun() -> <<0, Odd/bytes, A:8>> end,
        fun() -> <<0, Odd/bytes, 0:Minus>> end,
        fun() -> <<0:(?I(1 bsl 70))>> end,
        fun() -> <<A:(?I(-1 bsl 70))>> end,
        fun() -> <<A/bits, A:(?I(-1 bsl 70))>> end]).

causes(Funs) ->
    [io:format("~p ~0p~n", [N, cause(F)]) || {N, F} <- lists:zip(lists:seq(1, length(Funs)), Funs)].

cause(F) ->
    try F() catch
        error:Reason:Stack ->
            {_, _, _, Info} = hd(Stack),
            {Reason, maps:get(cause, proplists:get_value(error_info, Info, #{}), none)}
    end.
