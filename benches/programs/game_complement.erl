%% reverse complement: how fast is a sequence turned around, letter by letter?
-module(game_complement).
-export([scale/0, run/1]).

scale() -> 300.

run(Rounds) ->
    Text = bench_dna:letters(20000, 11),
    Lines = iolist_to_binary([[Line, $\n] || <<Line:50/binary>> <= Text]),
    run(Rounds, Lines, 0).

run(0, _, Sum) -> Sum;
run(Rounds, Lines, Sum) ->
    Turned = turned(Lines, []),
    Output = iolist_to_binary([">turned\n" | lines(Turned)]),
    run(Rounds - 1, Lines, Sum + erlang:crc32(Output)).

turned(<<$\n, Rest/binary>>, Turned) -> turned(Rest, Turned);
turned(<<Letter, Rest/binary>>, Turned) -> turned(Rest, [complement(Letter) | Turned]);
turned(<<>>, Turned) -> Turned.

complement($a) -> $T;
complement($c) -> $G;
complement($g) -> $C;
complement($t) -> $A;
complement($n) -> $N;
complement($m) -> $K;
complement($r) -> $Y;
complement($w) -> $W.

lines([]) -> [];
lines(Letters) ->
    {Line, Rest} = split(60, Letters, []),
    [Line, $\n | lines(Rest)].

split(0, Rest, Line) -> {lists:reverse(Line), Rest};
split(_, [], Line) -> {lists:reverse(Line), []};
split(N, [Letter | Rest], Line) -> split(N - 1, Rest, [Letter | Line]).
