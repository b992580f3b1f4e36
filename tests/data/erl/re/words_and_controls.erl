%% `\w` on Latin-1 letters, with Unicode and without, in all places where a match may begin; `\c` with each character of ASCII; the form
%% of the version.
-module(words_and_controls).
-export([main/0]).

main() ->
    [t:p({Pattern, Options}, [C || C <- lists:seq(128, 255), re:run([C], Pattern, Options) =/= nomatch])
     || Pattern <- ["\\w", "(\\w)", "a?\\w", "x|\\w", "\\w\\b", "\\w{1,2}", "^\\w", "\\w+", "[\\w]", "\\W"], Options <- [[], [unicode], [unicode, ucp]]],
    [t:p({control, Unicode}, [C || C <- lists:seq(1, 127), not control(C, Unicode)]) || Unicode <- [[], [unicode]]],
    [t:x(fun() -> re:compile(<<"^\\c", C, "x">>, []) end) || C <- [0, 128, 200]],
    t:x(fun() -> re:compile(<<"^\\c", 233/utf8, "x">>, [unicode]) end),
    [t:p({Times, re:run([229, 230], "\\w+", [unicode])}) || Times <- lists:seq(1, 50), Times rem 10 =:= 0],
    t:x(fun() -> re:run("a?b", "a\\c\x7fb") end),
    t:x(fun() -> re:run("a?b", "a[\\c\x7f]b") end),
    t:p(re:run(re:version(), "^[0-9]+\\.[0-9]{2} 20[0-9]{2}-[0-9]{2}-[0-9]{2}$", [{capture, none}])),
    t:p(hd(string:split(re:version(), " ")) =:= case erlang:system_info(otp_release) of "25" -> <<"8.44">>; "27" -> <<"8.45">>; _ -> hd(string:split(re:version(), " ")) end).

control(C, Options) ->
    Upper = if C >= $a, C =< $z -> C - 32; true -> C end,
    try re:run(<<(Upper bxor 64), "x">>, <<"^\\c", C, "x">>, Options) =/= nomatch
    catch error:badarg -> false
    end.
