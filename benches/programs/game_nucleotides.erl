%% k-nucleotide: how fast are all parts of a sequence counted in a map?
-module(game_nucleotides).
-export([scale/0, run/1]).

scale() -> 5.

run(Rounds) -> run(Rounds, bench_dna:letters(25000, 7), 0).

run(0, _, Sum) -> Sum;
run(Rounds, Text, Sum) ->
    Single = frequencies(Text, 1),
    4 = length(Single),
    16 = length(frequencies(Text, 2)),
    Long = [maps:get(Part, counted(Text, byte_size(Part)), 0) || Part <- [<<"ggt">>, <<"ggta">>, <<"ggtatt">>, <<"ggtattttaatt">>]],
    run(Rounds - 1, Text, Sum + lists:sum(Long) + element(2, hd(Single))).

frequencies(Text, Size) -> lists:reverse(lists:keysort(2, maps:to_list(counted(Text, Size)))).

counted(Text, Size) -> counted(Text, Size, 0, byte_size(Text) - Size, #{}).

counted(_, _, From, Last, Counts) when From > Last -> Counts;
counted(Text, Size, From, Last, Counts) ->
    Part = binary:part(Text, From, Size),
    case Counts of
        #{Part := Count} -> counted(Text, Size, From + 1, Last, Counts#{Part := Count + 1});
        #{} -> counted(Text, Size, From + 1, Last, Counts#{Part => 1})
    end.
