%% How fast do tokens go around a ring of processes, one at a time and many at once?
%% group: messages
-module(send_ring).
-export([scale/0, run/1]).

scale() -> 4.

run(Rounds) -> run(Rounds, 0).

run(0, Sum) -> Sum;
run(Rounds, Sum) -> run(Rounds - 1, Sum + ring(1000, 100, 1) + ring(50, 100, 20)).

%% So many processes, each token so many times around.
ring(Size, Turns, Tokens) ->
    Next = lists:foldl(fun(_, Next) -> spawn_link(fun() -> pass(Next) end) end, self(), lists:seq(2, Size)),
    [Next ! {token, N, Turns} || N <- lists:seq(1, Tokens)],
    Sum = gather(Tokens, Next, 0),
    Next ! stop,
    receive stop -> Sum end.

pass(Next) ->
    receive
        stop -> Next ! stop;
        Token -> Next ! Token, pass(Next)
    end.

gather(0, _, Sum) -> Sum;
gather(Tokens, Next, Sum) ->
    receive
        {token, N, 1} -> gather(Tokens - 1, Next, Sum + N);
        {token, N, Turns} -> Next ! {token, N, Turns - 1}, gather(Tokens, Next, Sum)
    end.
