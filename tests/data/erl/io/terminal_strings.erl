%% releases: 27
%% Strings of a terminal with numbers put in, for a column and a row.
-module(terminal_strings).
-export([main/0]).

main() ->
    Strings = ["plain", "", "\e[%i%p1%d;%p2%dH", "\e[%p1%dC", "\e[%p2%dG", "%p1%c", "%p1%{65}%+%c", "%?%p1%{5}%>%tbig%esmall%;", "%p1%2d|%p2%03d|%p1%x|%p2%o", "%%p1",
               "delay$<5>ed", "$<5*/>x", "%p1%Pa%ga%d%ga%d", "%p1%p2%-%d", "%p1%p2%*%d", "%p1%p2%m%d", "%'a'%c", <<"\e[%p1%dA">>,
               %% Without names the parameters are taken in order.
               "%d;%d", "%i%d;%d", "%d", "%c%c", "%d;%d;%d", "%r%d", "%s", "%", "%x%", "%p1%p2%/%d", "%>AB%d", "%d%p1%d", "%i%d%p2%d", "%2|%3", "%.%.",
               "%?%d%tyes%eno%;%d"],
    [t:x({none, String}, fun() -> prim_tty:tgoto(String) end) || String <- Strings],
    [t:x({column, String}, fun() -> prim_tty:tgoto(String, 7) end) || String <- Strings],
    [t:x({both, String}, fun() -> prim_tty:tgoto(String, 7, 3) end) || String <- Strings],
    [t:x({bad, String}, fun() -> prim_tty:tgoto(t:id(String)) end) || String <- [x, 1, [300], ["a" | b]]],
    [t:x({bad, Number}, fun() -> prim_tty:tgoto("%p1%d", t:id(Number), 1) end) || Number <- [x, 1.0, 1 bsl 40, "1"]],
    t:x({bad, row}, fun() -> prim_tty:tgoto("%p1%d", 1, t:id(x)) end).
