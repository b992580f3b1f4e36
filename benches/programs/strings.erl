%% How fast is text made and taken apart by `io_lib`, `string`, `re` and `unicode`?
-module(strings).
-export([scale/0, run/1]).

scale() -> 8.

run(Rounds) -> run(Rounds, 0).

run(0, Sum) -> Sum;
run(Rounds, Sum) ->
    Formatted = [io_lib:format("~p ~s ~w ~5.2f~n", [{item, N, [a, "bc"]}, "text", {N, <<"b">>}, N / 7]) || N <- lists:seq(1, 1500)],
    Text = unicode:characters_to_list(iolist_to_binary(Formatted)),
    Upper = string:uppercase(Text),
    Tokens = string:lexemes(Text, " \n"),
    Found = re:run(Text, "\\{item,([0-9]+),", [global, {capture, all_but_first, list}]),
    {match, Matches} = Found,
    Numbers = lists:sum([list_to_integer(M) || [M] <- Matches]),
    Split = string:split(Text, "\n", all),
    Trimmed = [string:trim(Line) || Line <- Split],
    Joined = string:join(Trimmed, ";"),
    {ok, Scanned, _} = erl_scan:string("[" ++ lists:flatten(lists:join(",", ["{a,\"b\",1.5}" || _ <- lists:seq(1, 500)])) ++ "]."),
    {ok, Term} = erl_parse:parse_term(Scanned),
    run(Rounds - 1, Sum + length(Upper) + length(Tokens) + Numbers + length(Joined) + length(Term) + string:length(Text)).
