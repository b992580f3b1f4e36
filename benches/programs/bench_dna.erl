%% What the programs about sequences share: letters drawn at random, always the same ones.
-module(bench_dna).
-export([letters/2, random/3]).

%% So many letters of `acgt`, with the frequencies of a man's.
letters(Count, Seed) ->
    {Text, _} = random(Count, Seed, [{0.3029549426680, $a}, {0.5009432431601, $c}, {0.6984905497992, $g}, {1.0, $t}]),
    Text.

%% Letters by their accumulated probabilities.
random(Count, Seed, Chances) -> random(Count, Seed, Chances, <<>>).

random(0, Seed, _, Text) -> {Text, Seed};
random(Count, Seed, Chances, Text) ->
    Next = (Seed * 3877 + 29573) rem 139968,
    random(Count - 1, Next, Chances, <<Text/binary, (chosen(Next / 139968, Chances))>>).

chosen(Number, [{Chance, Letter} | _]) when Number < Chance -> Letter;
chosen(Number, [_ | Rest]) -> chosen(Number, Rest).
