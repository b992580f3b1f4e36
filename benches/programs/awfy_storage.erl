%% Storage: how fast is a tree of tuples of many sizes allocated and dropped?
-module(awfy_storage).
-export([scale/0, run/1]).

scale() -> 800.

run(0) -> 0;
run(Rounds) ->
    {Tree, Count, _} = tree(7, 0, 74755),
    5461 = Count,
    4 = tuple_size(Tree),
    Count + run(Rounds - 1).

tree(1, Count, Seed) ->
    Next = (Seed * 1309 + 13849) band 65535,
    {erlang:make_tuple(Next rem 10 + 1, none), Count + 1, Next};
tree(Depth, Count, Seed) ->
    {A, C1, S1} = tree(Depth - 1, Count + 1, Seed),
    {B, C2, S2} = tree(Depth - 1, C1, S1),
    {C, C3, S3} = tree(Depth - 1, C2, S2),
    {D, C4, S4} = tree(Depth - 1, C3, S3),
    {{A, B, C, D}, C4, S4}.
