%% What does it cost to receive past thousands of messages that wait for later?
%% group: messages
-module(receive_selective).
-export([scale/0, run/1]).

scale() -> 2.

run(Rounds) -> run(Rounds, 0).

run(0, Sum) -> Sum;
run(Rounds, Sum) ->
    [self() ! {later, N} || N <- lists:seq(1, 5000)],
    Behind = behind(1500, 0),
    Called = called(20000, spawn_link(fun server/0), 0),
    Backwards = lists:sum([receive {later, N} -> N end || N <- lists:seq(5000, 4501, -1)]),
    Forwards = lists:sum([receive {later, N} -> N end || N <- lists:seq(1, 4500)]),
    run(Rounds - 1, Sum + Behind + Called + Backwards + Forwards).

%% Each goes through the whole queue.
behind(0, Sum) -> Sum;
behind(N, Sum) ->
    self() ! {now, N},
    receive {now, M} -> behind(N - 1, Sum + M) end.

%% A new reference: what was there before it cannot match, so that the machine need not look at it.
called(0, Server, Sum) -> Server ! stop, Sum;
called(N, Server, Sum) ->
    Reference = make_ref(),
    Server ! {call, self(), Reference},
    receive {Reference, Answer} -> called(N - 1, Server, Sum + Answer) end.

server() ->
    receive
        {call, From, Reference} -> From ! {Reference, 1}, server();
        stop -> ok
    end.
