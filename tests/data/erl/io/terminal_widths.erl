%% since: 27
%% What prim_tty says of descriptors that are no terminals, and of characters: how wide they are, with what is not printable and what is no
%% character at all.
-module(terminal_widths).
-export([main/0]).

main() ->
    [t:x({isatty, Name}, fun() -> prim_tty:isatty(t:id(Name)) end) || Name <- [other, 1, "stdin", []]],
    t:x(sizeof_wchar, fun() -> prim_tty:sizeof_wchar() end),
    %% Characters of the system's size, as many as there are whole ones.
    [t:x({wcswidth, Text}, fun() -> prim_tty:wcswidth(wide(Text)) end) || Text <- ["", "abc", "aåb", [16#4e2d, 16#6587], "a\x{300}b", "tab\t", [0], [16#1f600]]],
    [t:x({wcswidth, Bad}, fun() -> prim_tty:wcswidth(t:id(Bad)) end) || Bad <- [a, <<1:3>>, <<"abc">>, <<"abcde">>, 17, {}]],
    [t:x({width, Char}, fun() -> prim_tty:npwcwidth(t:id(Char)) end)
     || Char <- [$a, $\s, $~, 0, 7, $\t, $\n, 27, 127, 16#a0, 16#e5, 16#300, 16#4e2d, 16#ff21, 16#1f600, 16#200b, 16#200d, 16#ad, 16#d800, 16#e000, 16#10ffff,
                 16#110000, -1, x, 1 bsl 40]],
    t:p(ascii, [prim_tty:npwcwidth(Char, unicode) || Char <- lists:seq(0, 127)]),
    t:p(hangul, lists:usort([prim_tty:npwcwidth(Char) || Char <- lists:seq(16#ac00, 16#d7a3)])),
    [t:x({latin1, Char}, fun() -> prim_tty:npwcwidth(Char, latin1) end) || Char <- [$a, 7, 127, 16#e5, 16#300, 16#4e2d, 16#1f600]].

wide(Text) -> << <<Char:(8 * prim_tty:sizeof_wchar())/native>> || Char <- Text >>.
