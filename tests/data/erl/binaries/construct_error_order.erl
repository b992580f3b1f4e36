%% Which segment is blamed when several cannot be built: sizes come first, and with them what is no code point.
-module(construct_error_order).
-export([main/0]).

main() ->
    causes(fun() -> <<(t:id(<<>>)):(t:id(3))/binary, (t:id(-1))/utf32>> end),
    causes(fun() -> <<(t:id(<<>>)):(t:id(3))/binary, (t:id(-1))/utf8>> end),
    causes(fun() -> <<(t:id(<<>>)):(t:id(3))/binary, (t:id(-1))/utf16>> end),
    causes(fun() -> <<(t:id([]))/binary, (t:id(16#d800))/utf8>> end),
    causes(fun() -> <<(t:id(a)), (t:id(16#110000))/utf32>> end),
    causes(fun() -> <<(t:id(a)), (t:id(b))/utf8>> end),
    causes(fun() -> <<(t:id(a))/utf16, (t:id(b))/utf32>> end),
    causes(fun() -> <<(t:id(16#110000))/utf16, (t:id(b))/utf8>> end),
    causes(fun() -> <<(t:id(a))/utf8, (t:id(1)):(t:id(-1))>> end),
    causes(fun() -> <<(t:id(a))/utf32, (t:id(1)):(t:id(-1))>> end),
    causes(fun() -> <<(t:id(1.0))/utf8, (t:id(5))/binary>> end),
    causes(fun() -> <<(t:id(5))/binary, (t:id(1.0))/utf8>> end),
    causes(fun() -> <<(t:id(<<1>>))/binary, (t:id(<<5:3>>)):8/binary, (t:id(-1))/utf8>> end),
    causes(fun() -> <<(t:id(<<1:1>>))/binary, (t:id(-1))/utf8>> end),
    causes(fun() -> <<(t:id(x))/binary, (t:id(<<5:3>>)):8/binary, (t:id(-1))/utf8>> end),
    t:p(<<(t:id(16#d7ff))/utf8, (t:id(16#e000))/utf16, (t:id(16#10ffff))/utf32>>).

causes(Fun) ->
    try t:p(Fun())
    catch
        error:Reason:Stack ->
            {_, _, _, Info} = hd(Stack),
            t:p({Reason, maps:get(cause, proplists:get_value(error_info, Info, #{}), none)})
    end.
