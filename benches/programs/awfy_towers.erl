%% Towers: how fast do the disks of Hanoi move between piles that are lists?
-module(awfy_towers).
-export([scale/0, run/1]).

scale() -> 450.

run(0) -> 0;
run(Rounds) ->
    {8191, {[], Pile, []}} = move(13, 1, 2, 3, {0, {lists:seq(1, 13), [], []}}),
    13 = length(Pile),
    8191 + run(Rounds - 1).

move(1, From, To, _, State) -> move_top(From, To, State);
move(Disks, From, To, Other, State) ->
    Uncovered = move(Disks - 1, From, Other, To, State),
    move(Disks - 1, Other, To, From, move_top(From, To, Uncovered)).

move_top(From, To, {Moves, Piles}) ->
    [Disk | Rest] = element(From, Piles),
    {Moves + 1, push(Disk, To, setelement(From, Piles, Rest))}.

push(Disk, To, Piles) ->
    case element(To, Piles) of
        [Top | _] = Pile when Disk < Top -> setelement(To, Piles, [Disk | Pile]);
        [] -> setelement(To, Piles, [Disk])
    end.
