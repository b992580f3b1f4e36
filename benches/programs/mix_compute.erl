%% How fast is a mixture of what programs compute: calls, patterns, lists, small numbers, floats, natives?
-module(mix_compute).
-export([scale/0, run/1]).

scale() -> 60.

run(Rounds) -> run(Rounds, 0).

run(0, Sum) -> Sum;
run(Rounds, Sum) ->
    run(Rounds - 1, Sum + turned(600, lists:seq(1, 100)) + patterns(3000, 0) + traversed(60) + small(60000, 1) + floats(20000, 1.5)
        + natives(4000, 0) + calls(60000, 0)).

turned(0, List) -> hd(List);
turned(N, List) -> turned(N - 1, turned_over(List, [])).

turned_over([], Turned) -> Turned;
turned_over([Head | Rest], Turned) -> turned_over(Rest, [Head | Turned]).

patterns(0, Sum) -> Sum;
patterns(N, Sum) ->
    Found = [matched(Term) || Term <- [{add, N, [1, 2]}, "abxd", {tree, {tree, nil, N, nil}, 2, nil}, [x, {y, [z]}], #{a => {b, N}}, nothing]],
    patterns(N - 1, Sum + lists:sum(Found)).

matched({sub, _, _}) -> 1;
matched({add, _, [1]}) -> 2;
matched({add, _, [1, 2]}) -> 3;
matched("abcd") -> 4;
matched("abxd") -> 5;
matched({tree, nil, _, _}) -> 6;
matched({tree, {tree, _, _, nil}, _, nil}) -> 7;
matched([x, {y, [a]}]) -> 8;
matched([x, {_, [z]}]) -> 9;
matched(#{a := {b, _}}) -> 10;
matched(_) -> 11.

traversed(Count) ->
    Tree = lists:foldl(fun(N, Tree) -> inserted((N * 7919) rem 1009, Tree) end, nil, lists:seq(1, 300)),
    sums(Count, Tree, 0).

inserted(Key, nil) -> {nil, Key, nil};
inserted(Key, {Left, At, Right}) when Key < At -> {inserted(Key, Left), At, Right};
inserted(Key, {Left, At, Right}) when Key > At -> {Left, At, inserted(Key, Right)};
inserted(_, Tree) -> Tree.

sums(0, _, Sum) -> Sum;
sums(N, Tree, Sum) -> sums(N - 1, Tree, Sum + tree_sum(Tree)).

tree_sum(nil) -> 0;
tree_sum({Left, At, Right}) -> tree_sum(Left) + At + tree_sum(Right).

small(0, Sum) -> Sum;
small(N, Sum) when N band 3 =:= 0 -> small(N - 1, (Sum * 3 + N) band 16#ffffff);
small(N, Sum) when N band 3 =:= 1 -> small(N - 1, Sum div 2 + N rem 7);
small(N, Sum) -> small(N - 1, (Sum bxor (N bsl 3)) - (N bsr 1)).

floats(0, Sum) -> trunc(Sum);
floats(N, Sum) -> floats(N - 1, (Sum * 1.0001 + N / 3.0) / 1.5 - 0.25).

natives(0, Sum) -> Sum;
natives(N, Sum) ->
    Tuple = list_to_tuple([N, a, "b"]),
    Text = integer_to_list(N),
    Size = length(Text) + tuple_size(setelement(2, Tuple, N)) + length(atom_to_list(element(2, Tuple))),
    natives(N - 1, Sum + Size + list_to_integer(Text) + byte_size(list_to_binary(Text)) + erlang:phash2(Tuple, 10) + max(N, 5)).

calls(0, Sum) -> Sum;
calls(N, Sum) -> calls(N - 1, near(N, Sum) + ?MODULE:scale()).

near(A, B) when A > B -> nearer(B, A);
near(A, B) -> nearer(A, B).

nearer(A, B) -> (A + B) band 1023.
