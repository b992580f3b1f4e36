%% What does a message cost, between two processes, around a ring, and out of a long queue?
%% group: messages
-module(messages).
-export([scale/0, run/1]).

scale() -> 2.

run(Rounds) -> run(Rounds, 0).

run(0, Sum) -> Sum;
run(Rounds, Sum) -> run(Rounds - 1, Sum + ping_pong(80000) + ring(200, 60000) + stream(80000) + selective(4000) + timers(20000)).

ping_pong(N) ->
    Self = self(),
    Pid = spawn_link(fun() -> pong(Self) end),
    ping(N, Pid).

ping(0, Pid) -> Pid ! stop, 1;
ping(N, Pid) ->
    Pid ! {ping, self(), N},
    receive {pong, N} -> ping(N - 1, Pid) end.

pong(From) ->
    receive
        {ping, From, N} -> From ! {pong, N}, pong(From);
        stop -> ok
    end.

ring(Size, Hops) ->
    Self = self(),
    First = lists:foldl(fun(_, Next) -> spawn_link(fun() -> node_loop(Next) end) end, Self, lists:seq(1, Size)),
    First ! {token, Hops div Size},
    around(First).

node_loop(Next) ->
    receive
        {token, 0} -> Next ! {token, 0};
        Token -> Next ! Token, node_loop(Next)
    end.

around(First) ->
    receive
        {token, 0} -> 1;
        {token, N} -> First ! {token, N - 1}, around(First)
    end.

stream(N) ->
    Self = self(),
    Pid = spawn_link(fun() -> Self ! {sum, gather(N, 0)} end),
    produce(N, Pid),
    receive {sum, Sum} -> Sum end.

produce(0, _) -> ok;
produce(N, Pid) ->
    Pid ! {item, N, [N, N + 1], <<"payload">>},
    produce(N - 1, Pid).

gather(0, Sum) -> Sum;
gather(N, Sum) -> receive {item, _, [A, B], _} -> gather(N - 1, Sum + B - A) end.

selective(N) ->
    [self() ! {later, M} || M <- lists:seq(1, 300)],
    Calls = calls(N, spawn_link(fun server/0), 0),
    [receive {later, M} -> ok end || M <- lists:seq(1, 300)],
    Calls.

calls(0, Pid, Sum) -> Pid ! stop, Sum;
calls(N, Pid, Sum) ->
    Reference = make_ref(),
    Pid ! {call, self(), Reference},
    receive {Reference, Answer} -> calls(N - 1, Pid, Sum + Answer) end.

server() ->
    receive
        {call, From, Reference} -> From ! {Reference, 1}, server();
        stop -> ok
    end.

timers(0) -> 1;
timers(N) ->
    ok = receive nothing -> never after 0 -> ok end,
    Timer = erlang:send_after(60000, self(), late),
    erlang:cancel_timer(Timer),
    timers(N - 1).
