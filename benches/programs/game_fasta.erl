%% fasta: how fast are sequences made, repeated and at random, and put into lines?
-module(game_fasta).
-export([scale/0, run/1]).

scale() -> 400.

run(Rounds) -> run(Rounds, 42, 0).

run(0, Seed, Sum) -> Sum + Seed;
run(Rounds, Seed, Sum) ->
    Repeated = repeated(binary:copy(<<"GGCCGGGCGCGGTGGCTCACGCCTGTAATCCCAGCACTTTGG">>, 2), 0, 4000),
    {Random, Next} = bench_dna:random(6000, Seed, chances()),
    Output = iolist_to_binary([">ONE repeated\n", lines(Repeated), ">TWO random\n", lines(Random)]),
    run(Rounds - 1, Next, Sum + erlang:crc32(Output)).

repeated(_, _, 0) -> <<>>;
repeated(Text, From, Count) ->
    Size = min(Count, 60),
    Line = binary:part(Text, From, min(Size, byte_size(Text) - From)),
    Rest = repeated(Text, (From + byte_size(Line)) rem byte_size(Text), Count - byte_size(Line)),
    <<Line/binary, Rest/binary>>.

lines(<<Line:60/binary, Rest/binary>>) -> [Line, $\n | lines(Rest)];
lines(<<>>) -> [];
lines(Line) -> [Line, $\n].

chances() ->
    Weights = [{$a, 0.27}, {$c, 0.12}, {$g, 0.12}, {$t, 0.27} | [{Letter, 0.02} || Letter <- "BDHKMNRSVW"]] ++ [{$Y, 0.02}],
    {Chances, _} = lists:mapfoldl(fun({Letter, Chance}, Sum) -> {{Sum + Chance, Letter}, Sum + Chance} end, 0.0, Weights),
    Chances.
