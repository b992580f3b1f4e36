%% How fast does `re` find matches, in short and in long texts, compiled before and not?
-module(regular).
-export([scale/0, run/1]).

scale() -> 300.

run(Rounds) -> run(Rounds, line(), text(), compiled(), 0).

run(0, _, _, _, Sum) -> Sum;
run(Rounds, Line, Text, Compiled, Sum) ->
    Short = lists:sum([short(Line, Pattern, Options) || _ <- lists:seq(1, 20), {Pattern, Options} <- Compiled]),
    {match, All} = re:run(Text, "(\\w+)@(\\w+)\\.com", [global, {capture, all, binary}]),
    nomatch = re:run(Text, "[xyz]{4}q"),
    {match, _} = re:run(Text, "last$"),
    Parts = re:split(Line, " +"),
    Replaced = re:replace(Line, "[aeiou]", "<&>", [global, {return, binary}]),
    run(Rounds - 1, Line, Text, Compiled, Sum + Short + length(All) + length(Parts) + byte_size(Replaced)).

short(Line, Pattern, Options) ->
    case re:run(Line, Pattern, Options) of
        {match, Captured} -> length(Captured);
        match -> 1;
        nomatch -> 0
    end.

line() -> <<"2024-05-17 12:34:56 [info] user=alice id=12345 request took 17 ms for /index.html">>.

text() -> iolist_to_binary([lists:duplicate(100, ["some words in a row, and then name@example.com, ", line(), $\n]), "last"]).

compiled() ->
    [begin {ok, Compiled} = re:compile(Pattern, Flags), {Compiled, Options} end
     || {Pattern, Flags, Options} <- [
            {"^(\\d+)-(\\d+)-(\\d+)", [], []},
            {"user=(?<user>\\w+)", [], [{capture, [user], binary}]},
            {"id=\\d+", [], [{capture, none}]},
            {"TOOK (\\d+) ms", [caseless], [{capture, all_but_first, list}]},
            {"nothing", [], []},
            {"[[:alpha:]]+\\.html$", [unicode, ucp], [{capture, first}]}]].
