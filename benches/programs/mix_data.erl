%% How fast is a mixture of data that is kept, copied, packed and collected?
-module(mix_data).
-export([scale/0, run/1]).

scale() -> 36.

run(Rounds) -> run(Rounds, 0).

run(0, Sum) -> Sum;
run(Rounds, Sum) ->
    Table = ets:new(table, []),
    Dictionary = dictionary(3000),
    Sum1 = stored(3000, Table) + dropped(300, 0) + packed(2000) + texts(800),
    ets:delete(Table),
    run(Rounds - 1, Sum + Sum1 + Dictionary + trees(2000) + sent(20)).

%% In the process's own dictionary.
dictionary(Count) ->
    [put({key, N}, [N, {N}]) || N <- lists:seq(1, Count)],
    Sum = lists:sum([hd(get({key, N})) || N <- lists:seq(1, Count)]),
    [erase({key, N}) || N <- lists:seq(1, Count)],
    Sum.

stored(Count, Table) ->
    [ets:insert(Table, {N, <<"some bytes">>, [N, N + 1]}) || N <- lists:seq(1, Count)],
    lists:sum([Next || N <- lists:seq(1, Count), {_, _, [_, Next]} <- ets:lookup(Table, N)]).

dropped(0, Sum) -> Sum;
dropped(N, Sum) ->
    List = [{M, [M | N], "text"} || M <- lists:seq(1, 150)],
    dropped(N - 1, Sum + length(List)).

packed(Count) ->
    Binary = << <<N:16, (N rem 7):3, (N rem 5):5, (integer_to_binary(N))/binary, 0>> || N <- lists:seq(1, Count)>>,
    unpacked(Binary, 0).

unpacked(<<N:16, A:3, B:5, Rest/binary>>, Sum) ->
    [Text, More] = binary:split(Rest, <<0>>),
    N = binary_to_integer(Text),
    unpacked(More, Sum + A + B + N);
unpacked(<<>>, Sum) -> Sum.

texts(Count) -> lists:sum([length(lists:flatten(["item ", integer_to_list(N), $:, [[$a, [$b]], "c"]])) || N <- lists:seq(1, Count)]).

trees(Count) ->
    Tree = lists:foldl(fun(N, Now) -> gb_trees:enter(N * 7919 rem 2003, N, Now) end, gb_trees:empty(), lists:seq(1, Count)),
    Sets = sets:from_list(lists:seq(1, Count)),
    lists:sum(gb_trees:values(Tree)) + sets:size(Sets).

%% A large term there and back.
sent(Count) ->
    Self = self(),
    Term = [{N, "text", [N], #{n => N}} || N <- lists:seq(1, 500)],
    Echo = spawn_link(fun() -> echo(Self) end),
    Sum = lists:sum([begin Echo ! {echo, Term}, receive {echo, Got} -> length(Got) end end || _ <- lists:seq(1, Count)]),
    Echo ! stop,
    Sum.

echo(To) ->
    receive
        stop -> ok;
        Message -> To ! Message, echo(To)
    end.
