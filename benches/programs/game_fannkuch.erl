%% fannkuch: how fast are small lists of integers turned around and permuted?
-module(game_fannkuch).
-export([scale/0, run/1]).

scale() -> 14.

run(0) -> 0;
run(Rounds) ->
    {228, 16} = all(lists:seq(1, 7), 7, {0, 0, 0}),
    {Checksum, Flips} = all(lists:seq(1, 8), 8, {0, 0, 0}),
    {1616, 22} = {Checksum, Flips},
    Checksum + Flips + run(Rounds - 1).

all(Start, Size, State) ->
    {_, {_, Checksum, Flips}} = permute(Start, Size, State),
    {Checksum, Flips}.

%% Goes through all orders of the first `Size` elements by turning ever longer parts by one, and is back at the first then.
permute(List, 1, {Index, Checksum, Most}) ->
    Flips = flips(List, 0),
    Signed = case Index band 1 of 0 -> Flips; 1 -> -Flips end,
    {List, {Index + 1, Checksum + Signed, max(Flips, Most)}};
permute(List, Size, State) -> turns(Size, List, Size, State).

turns(0, List, _, State) -> {List, State};
turns(N, List, Size, State) ->
    {Same, Next} = permute(List, Size - 1, State),
    turns(N - 1, rotated(Size, Same), Size, Next).

rotated(Size, [First | Rest]) -> inserted(Size - 1, First, Rest).

inserted(0, First, Rest) -> [First | Rest];
inserted(N, First, [Head | Tail]) -> [Head | inserted(N - 1, First, Tail)].

flips([1 | _], Count) -> Count;
flips([First | _] = List, Count) -> flips(flipped(First, List, []), Count + 1).

flipped(0, Rest, Turned) -> Turned ++ Rest;
flipped(N, [Head | Rest], Turned) -> flipped(N - 1, Rest, [Head | Turned]).
