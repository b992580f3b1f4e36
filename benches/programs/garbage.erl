%% What does collection cost, of what dies young and of what stays?
%% group: messages
-module(garbage).
-export([scale/0, run/1]).

scale() -> 40.

run(Rounds) -> run(Rounds, 0).

run(0, Sum) -> Sum;
run(Rounds, Sum) ->
    Long = tree(15),
    run(Rounds - 1, Sum + check(Long) + short(120, 9, 0) + kept(60000, [], 0) + check(Long)).

tree(0) -> {nil, nil};
tree(Depth) -> {tree(Depth - 1), tree(Depth - 1)}.

check({nil, nil}) -> 1;
check({Left, Right}) -> 1 + check(Left) + check(Right).

short(0, _, Sum) -> Sum;
short(N, Depth, Sum) -> short(N - 1, Depth, Sum + check(tree(Depth))).

kept(0, List, Sum) -> length(List) + Sum;
kept(N, List, Sum) when N rem 20000 =:= 0 -> kept(N - 1, [], Sum + length(List));
kept(N, List, Sum) -> kept(N - 1, [{N, [N], integer_to_list(N)} | List], Sum).
