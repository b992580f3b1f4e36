%% since: 29
%% What OTP asks of a description of a terminal, as far as it does not depend on which one it is: the names that there are, names that there are not,
%% and parameters put into strings.
-module(terminal_capabilities).
-export([main/0]).

main() ->
    Info = prim_tty:tinfo(),
    [t:p(Kind, {length(Rows), erlang:crc32(term_to_binary(Rows)), hd(Rows), lists:last(Rows)}) || {Kind, Rows} <- lists:sort(maps:to_list(Info))],
    [t:x({flag, Name}, fun() -> prim_tty:tigetflag(t:id(Name)) end) || Name <- [x, 1, {}, [300]]],
    [t:x({number, Name}, fun() -> prim_tty:tigetnum(t:id(Name)) end) || Name <- [x, 1, {}, [300]]],
    [t:x({string, Name}, fun() -> prim_tty:tigetstr(t:id(Name)) end) || Name <- [x, 1, {}, [300], "zz", "no_such_string"]],
    Strings = ["plain", "", "\e[%i%p1%d;%p2%dH", "\e[%p1%dC", "%p1%{65}%+%c", "%?%p1%{5}%>%tbig%esmall%;", "%p1%2d|%p2%03d|%p1%x", "%%p1", "delay$<5>ed",
               "%p1%p2%-%d", "%p9%d", "%p1%p2%/%d", "%d;%d", "%i%d;%d", "%x%o", "%p1%:-4d|%p1%.3d|%p1%#x", <<"\e[%p1%dA">>],
    [t:x({Parameters, String}, fun() -> prim_tty:tputs(String, Parameters) end) || String <- Strings, Parameters <- [[], [7], [7, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9], [-1, 0]]],
    [t:x({bad, String, Parameters}, fun() -> prim_tty:tputs(t:id(String), t:id(Parameters)) end)
     || {String, Parameters} <- [{x, []}, {"a", x}, {"a", [x]}, {"a", [1.0]}, {"a", [1 | 2]}, {"a", [1 bsl 40]}, {"%p1%d", [(1 bsl 40) + 3]}, {"%p1%d", [-(1 bsl 63)]}, {"a", [1 bsl 63]}]],
    [t:x({is_open, Tty, Which}, fun() -> prim_tty:tty_is_open(t:id(Tty), t:id(Which)) end) || Tty <- [x, 1], Which <- [stdin, other]],
    t:x(is_open, fun() -> prim_tty:tty_is_open(make_ref(), stdin) end),
    t:p(load, prim_tty:load()).
