%% What do throwing, catching and undoing cost, near and far?
-module(exceptions).
-export([scale/0, run/1]).

scale() -> 6.

run(Rounds) -> run(Rounds, 0).

run(0, Sum) -> Sum;
run(Rounds, Sum) -> run(Rounds - 1, Sum + thrown(200000, 0) + failed(80000, 0) + deep(3000, 0) + undone(100000, 0) + untroubled(300000, 0) + traced(15000, 0)).

thrown(0, Sum) -> Sum;
thrown(N, Sum) ->
    Value = try odd(N) catch throw:{even, E} -> E band 1 end,
    thrown(N - 1, Sum + Value).

odd(N) when N band 1 =:= 0 -> throw({even, N});
odd(_) -> 1.

failed(0, Sum) -> Sum;
failed(N, Sum) ->
    Value = case catch hd(id([])) of {'EXIT', {badarg, _}} -> 1 end,
    Other = try id(N) + id(a) catch error:badarith -> 2 end,
    failed(N - 1, Sum + Value + Other).

deep(0, Sum) -> Sum;
deep(N, Sum) ->
    Value = try descend(40) catch throw:bottom -> 1 end,
    deep(N - 1, Sum + Value).

descend(0) -> throw(bottom);
descend(N) -> 1 + descend(N - 1).

undone(0, Sum) -> Sum;
undone(N, Sum) ->
    Value = try try exit(id(N)) after put(undone, N) end catch exit:M -> M band 3 end,
    undone(N - 1, Sum + Value).

untroubled(0, Sum) -> Sum;
untroubled(N, Sum) ->
    Value = try id(N) of M -> M band 3 catch _:_ -> 0 end,
    untroubled(N - 1, Sum + Value).

traced(0, Sum) -> Sum;
traced(N, Sum) ->
    Value = try erlang:error({bad, N}) catch error:{bad, _}:Trace -> length(Trace) bsr 4 end,
    traced(N - 1, Sum + Value).

id(X) -> X.
