%% What the functions of the module re that match again and again call, and matches that the machine moves away from the schedulers because
%% they take long: both say what re:run says.
-module(internal_run).
-export([main/0]).

main() ->
    {ok, Compiled} = re:compile("(b)(c)?"),
    {ok, Unicode} = re:compile("(ö)", [unicode]),
    Calls = [{"abcd", "(b)(c)?", []}, {<<"abcd">>, <<"(b)(c)?">>, [{capture, all, binary}]}, {"abcd", Compiled, [{capture, all_but_first, list}]},
             {"abd", Compiled, [{capture, [2], index}]}, {"xyz", Compiled, []}, {"abcbc", Compiled, [{offset, 2}]}, {"abcbc", "b", [global]},
             {<<"löffel"/utf8>>, Unicode, [{capture, first, binary}]}, {"l\x{f6}ffel", Unicode, [{capture, all, list}]},
             {"abc", "(", []}, {"abc", "(", [report_errors]}, {"abc", "b", [no_such_option]}, {"abc", "b", x}, {x, "b", []}, {"abc", x, []},
             {"aaaa", "(a+a+)+b", [{match_limit, 10}]}, {"aaaa", "(a+a+)+b", [{match_limit, 10}, report_errors]}, {"abc", "B", [caseless]}],
    [t:p({Subject, pattern(Pattern), Options, First}, answer(fun() -> re:internal_run(Subject, Pattern, Options, First) end))
     || {Subject, Pattern, Options} <- Calls, First <- [true, false]],
    [t:x(First, fun() -> re:internal_run("abc", "b", [], t:id(First)) end) || First <- [1, x, []]],
    Long = binary:copy(<<"abcdefgh">>, 1 bsl 20),
    t:p(long, [re:run(Long, Pattern, Options)
               || {Pattern, Options} <- [{"i", []}, {"h$", []}, {"(ha)+?b", [{offset, 5000000}]}, {"(hab)(x)?", [{capture, all, binary}]}, {"h", [firstline]}]]),
    t:p(long, answer(fun() -> re:run(Long, t:id("(")) end)),
    t:p(long, length(element(2, re:run(binary:part(Long, 0, 5 bsl 20), "abcdefgh", [global, {capture, first}, {offset, 5 bsl 20 - 100}])))).

%% A compiled pattern has addresses in it.
pattern(Pattern) when is_tuple(Pattern) -> compiled;
pattern(Pattern) -> Pattern.

answer(Call) ->
    try Call() catch Class:Reason:Rows -> {Class, Reason, caller(hd(Rows))} end.

caller({M, F, Arguments, Info}) -> {M, F, length(Arguments), proplists:get_value(error_info, Info)}.
