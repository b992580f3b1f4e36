%% How fast are tuples and records made, changed and told apart?
-module(tuples).
-export([scale/0, run/1]).

-record(machine, {state = idle, count = 0, left = [], right = [], total = 0, note = none}).

scale() -> 20.

run(Rounds) -> run(Rounds, 0).

run(0, Sum) -> Sum;
run(Rounds, Sum) ->
    Machine = steps(300000, #machine{}),
    Tree = lists:foldl(fun(X, T) -> gb_trees:enter((X * 7919) rem 10007, X, T) end, gb_trees:empty(), lists:seq(1, 12000)),
    Vector = vector(20000, erlang:make_tuple(16, 0)),
    Pairs = pairs(100000, []),
    run(Rounds - 1, Sum + Machine#machine.total + gb_trees:get(5, Tree) + element(3, Vector) + values(Pairs, 0) + evaluate(expression(14))).

steps(0, Machine) -> Machine;
steps(N, #machine{state = idle, count = Count} = Machine) -> steps(N - 1, Machine#machine{state = running, count = Count + 1});
steps(N, #machine{state = running, count = Count, total = Total} = Machine) when Count rem 3 =:= 0 ->
    steps(N - 1, Machine#machine{state = waiting, count = Count + 1, total = Total + 1});
steps(N, #machine{state = running, count = Count} = Machine) -> steps(N - 1, Machine#machine{count = Count + 1});
steps(N, #machine{state = waiting} = Machine) -> steps(N - 1, Machine#machine{state = idle, note = N}).

vector(0, Tuple) -> Tuple;
vector(N, Tuple) ->
    Index = N rem 16 + 1,
    vector(N - 1, setelement(Index, Tuple, element(Index, Tuple) + N)).

pairs(0, List) -> List;
pairs(N, List) -> pairs(N - 1, [{key, N, {value, N band 15}} | List]).

values([], Sum) -> Sum;
values([{key, _, {value, Value}} | Rest], Sum) -> values(Rest, Sum + Value).

expression(0) -> {number, 3};
expression(N) when N rem 3 =:= 0 -> {minus, expression(N - 1), expression(N - 1)};
expression(N) when N rem 3 =:= 1 -> {plus, expression(N - 1), {number, N}};
expression(N) -> {times, {number, 2}, {plus, expression(N - 1), expression(N - 2)}}.

evaluate({number, N}) -> N;
evaluate({plus, A, B}) -> evaluate(A) + evaluate(B);
evaluate({minus, A, B}) -> evaluate(A) - evaluate(B);
evaluate({times, A, B}) -> evaluate(A) * evaluate(B) rem 1000003.
