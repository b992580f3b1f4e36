%% A process sees the reductions of its own turn, copying bytes among them; the machine's sums have them when the turn is over.
-module(reductions_in_turn).
-export([main/0]).
-include("../../t.hrl").

main() ->
    Large = binary:copy(<<0>>, 2_000_000),
    [?P({Label, between(Low, High, cost(F))}) || {Label, Low, High, F} <- [
        {nothing, 0, 40, fun() -> ok end},
        {copy, 1950, 2600, fun() -> <<0, Large/binary>> end},
        {two_copies, 3900, 5200, fun() -> <<0, Large/binary, Large/binary>> end},
        {part, 950, 1400, fun() -> <<0, Large:1_000_000/binary>> end},
        {calls, 500, 1500, fun() -> count(500) end}]],
    [begin
         receive after 1 -> ok end,
         {T1, _} = statistics(Key), count(2000), {T2, _} = statistics(Key),
         ?P({Key, T2 - T1 >= 1900})
     end || Key <- [reductions, exact_reductions]].

between(Low, High, N) when N >= Low, N =< High -> ok;
between(_, _, N) -> N.

count(0) -> ok;
count(N) -> count(N - 1).

cost(F) ->
    receive after 1 -> ok end,
    {reductions, R1} = process_info(self(), reductions),
    F(),
    {reductions, R2} = process_info(self(), reductions),
    R2 - R1.
