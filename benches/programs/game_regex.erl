%% regex: how fast are patterns counted and replaced in a long text by `re`?
-module(game_regex).
-export([scale/0, run/1]).

scale() -> 20.

run(Rounds) ->
    Lines = iolist_to_binary([[">one\n"], [[Line, $\n] || <<Line:50/binary>> <= bench_dna:letters(40000, 3)]]),
    run(Rounds, Lines, 0).

run(0, _, Sum) -> Sum;
run(Rounds, Lines, Sum) ->
    Text = re:replace(Lines, ">.*\n|\n", "", [global, {return, binary}]),
    Counts = [count(Text, Pattern) || Pattern <- variants()],
    Replaced = lists:foldl(fun({Pattern, By}, Now) -> re:replace(Now, Pattern, By, [global, {return, binary}]) end, Text, magic()),
    run(Rounds - 1, Lines, Sum + lists:sum(Counts) + byte_size(Text) * 3 + byte_size(Replaced)).

count(Text, Pattern) ->
    case re:run(Text, Pattern, [global, {capture, first, index}]) of
        {match, Found} -> length(Found);
        nomatch -> 0
    end.

variants() ->
    ["agggtaaa|tttaccct", "[cgt]gggtaaa|tttaccc[acg]", "a[act]ggtaaa|tttacc[agt]t", "ag[act]gtaaa|tttac[agt]ct", "agg[act]taaa|ttta[agt]cct",
     "aggg[acg]aaa|ttt[cgt]ccc", "agggt[cgt]aa|tt[acg]accct", "agggta[cgt]a|t[acg]taccct", "agggtaa[cgt]|[acg]ttaccct"].

magic() -> [{"tHa[Nt]|tta", "<4>"}, {"aND|caN|Ha[DS]|WaS|aat", "<3>"}, {"a[NSt]|BY", "<2>"}, {"\\|[^|][^|]*\\|", "|"}, {"c{3,}", "-"}].
