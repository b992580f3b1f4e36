%% What `sort/1`, `usort/1` and `keysort/2` give for lists of all kinds, short and long, against a sort of the program's own; what they fail
%% for; and that their functions are called while calls are traced.
%% timeout: 60
-module(sorting_natively).
-export([main/0]).

main() ->
    lists:foreach(fun kind/1, [smalls, ties, integers, floats, mixed, equals, atoms, tuples, lists, binaries, maps, funs, everything]),
    [t:p({Length, long(Length)}) || Length <- [4000, 30000, 200000]],
    failures(),
    traced(),
    killed().

%% Each length once, with few and with many different elements.
kind(Kind) ->
    Lists = [[element_of(Kind, N) || N <- numbers(Length, Seed)] || Length <- lists:seq(0, 40) ++ [100, 257, 1000], Seed <- [1, 2]],
    Sorted = [lists:sort(List) || List <- Lists],
    Unique = [lists:usort(List) || List <- Lists],
    Pairs = [[{N, K, N} || {N, K} <- lists:zip(lists:seq(1, length(List)), List)] || List <- Lists],
    Keyed = [lists:keysort(2, List) || List <- Pairs],
    t:p(Kind, {Sorted =:= [merged(List, fun(A, B) -> A =< B end) || List <- Lists],
               Keyed =:= [merged(List, fun(A, B) -> element(2, A) =< element(2, B) end) || List <- Pairs],
               [length(List) || List <- Unique],
               lists:all(fun({U, S}) -> U =:= firsts(S) end, lists:zip(Unique, Sorted)),
               [lists:sort(List) =:= List andalso lists:sort(lists:reverse(List)) == List || List <- Sorted] -- [true || _ <- Sorted]}),
    case Kind of
        funs -> ok;
        maps -> ok;
        everything -> ok;
        _ -> t:p(erlang:phash2({Sorted, Unique, Keyed}))
    end.

firsts([A, B | Rest]) when A == B -> firsts([A | Rest]);
firsts([A | Rest]) -> [A | firsts(Rest)];
firsts([]) -> [].

element_of(smalls, N) -> N - 500;
element_of(ties, N) -> N rem 5;
element_of(integers, N) -> (N - 500) * (1 bsl (N rem 70));
element_of(floats, N) -> (N - 500) / 7;
element_of(mixed, N) when N rem 2 =:= 0 -> N / 3;
element_of(mixed, N) -> N;
element_of(equals, N) when N rem 2 =:= 0 -> (N div 2) rem 7;
element_of(equals, N) -> float((N div 2) rem 7);
element_of(atoms, N) -> lists:nth(1 + N rem 8, [a, b, ab, '', 'B', 'ä', abc, 'a b']);
element_of(tuples, N) -> list_to_tuple([N rem 3, N rem 7, {N rem 2}, N] -- [N rem 7 || _ <- [N], N rem 5 =:= 0]);
element_of(lists, N) -> lists:duplicate(N rem 4, N rem 3) ++ [N rem 9 | N rem 2];
element_of(binaries, N) -> <<(N * 7919):(N rem 40)>>;
element_of(maps, N) -> maps:from_list([{K rem 3, K * N rem 5} || K <- lists:seq(1, N rem 4)]);
element_of(funs, N) -> lists:nth(1 + N rem 3, [fun lists:sort/1, fun lists:keysort/2, fun erlang:abs/1]);
element_of(everything, N) ->
    Kinds = [smalls, integers, floats, atoms, tuples, lists, binaries, maps, funs],
    element_of(lists:nth(1 + N rem length(Kinds), Kinds), N).

%% A stable merge sort.
merged([], _) -> [];
merged([A], _) -> [A];
merged(List, Before) ->
    {Left, Right} = lists:split(length(List) div 2, List),
    merge(merged(Left, Before), merged(Right, Before), Before).

merge([A | As], [B | Bs], Before) ->
    case Before(A, B) of
        true -> [A | merge(As, [B | Bs], Before)];
        false -> [B | merge([A | As], Bs, Before)]
    end;
merge([], Bs, _) -> Bs;
merge(As, [], _) -> As.

numbers(0, _) -> [];
numbers(N, Seed) ->
    Next = (Seed * 1103515245 + 12345) band 16#7fffffff,
    [(Next bsr 8) rem 1000 | numbers(N - 1, Next)].

long(Length) ->
    Numbers = [N * 1000003 rem 99991 || N <- lists:seq(1, Length)],
    Tuples = [{N rem 10, [N], {N}} || N <- Numbers],
    [erlang:phash2(Sorted) || Sorted <- [lists:sort(Numbers), lists:usort(Numbers), lists:keysort(1, Tuples), lists:sort(Tuples), lists:usort(Tuples)]].

failures() ->
    Improper = [5, 4, 3, 2, 1, 9, 8, 7 | 6],
    t:x(fun() -> lists:sort(t:id(Improper)) end),
    t:x(fun() -> lists:usort(t:id(Improper)) end),
    t:x(fun() -> lists:keysort(1, t:id([{N} || N <- [5, 4, 3, 2, 1, 9, 8, 7]] ++ {6})) end),
    t:x(fun() -> lists:sort(t:id(none)) end),
    t:x(fun() -> lists:keysort(t:id(0), [{N} || N <- lists:seq(1, 9)]) end),
    t:x(fun() -> lists:keysort(t:id(2), [{N} || N <- lists:seq(1, 9)]) end),
    t:x(fun() -> lists:keysort(t:id(a), [{N} || N <- lists:seq(1, 9)]) end),
    t:x(fun() -> lists:keysort(1, t:id([{N} || N <- lists:seq(1, 9)] ++ [no_tuple])) end),
    t:x(fun() -> lists:keysort(1, t:id([{1}, {2}])) end).

%% Whoever counts calls sees those that the function makes.
traced() ->
    List = [8, 3, 5, 1, 9, 2, 7, 4, 6, 0],
    erlang:trace_pattern({lists, '_', '_'}, true, [local, call_count]),
    Sorted = lists:sort(t:id(List)),
    Counts = [{Function, Count} || {Function, Arity} <- [{sort, 1}, {split_1, 5}, {split_1_1, 6}, {rmergel, 2}, {mergel, 2}],
                                   {call_count, Count} <- [erlang:trace_info({lists, Function, Arity}, call_count)]],
    erlang:trace_pattern({lists, '_', '_'}, false, [local, call_count]),
    t:p({Sorted, Counts}),
    t:p(lists:sort(t:id(List))),
    erlang:trace_pattern({lists, sort, 1}, [{'_', [], [{return_trace}]}], [local]),
    erlang:trace(self(), true, [call]),
    lists:sort(t:id(List)),
    erlang:trace(self(), false, [call]),
    erlang:trace_pattern({lists, sort, 1}, false, [local]),
    t:p(received()).

received() ->
    receive {trace, _, What, Function, Value} -> [{What, Function, Value} | received()];
            {trace, _, What, Function} -> [{What, Function} | received()]
    after 0 -> []
    end.

%% A process can be killed while it sorts, and is collected after.
killed() ->
    List = [N * 7919 rem 1000003 || N <- lists:seq(1, 300000)],
    {Pid, Monitor} = spawn_monitor(fun() -> sort_for_ever(List) end),
    timer:sleep(50),
    exit(Pid, kill),
    receive {'DOWN', Monitor, process, Pid, Reason} -> t:p(Reason) end,
    {Other, Down} = spawn_monitor(fun() -> exit({sorted, hd(lists:sort(List)), length(lists:usort(List ++ List))}) end),
    receive {'DOWN', Down, process, Other, Result} -> t:p(Result) end.

sort_for_ever(List) ->
    lists:sort(List),
    sort_for_ever(List).
