%% What does a message there and one back cost, small and large, near and by name?
%% group: messages
-module(send_ping_pong).
-export([scale/0, run/1]).

scale() -> 5.

run(Rounds) -> run(Rounds, 0).

run(0, Sum) -> Sum;
run(Rounds, Sum) ->
    Large = {list, lists:seq(1, 50), #{text => "some text", number => 1.5}, <<"bytes">>},
    run(Rounds - 1, Sum + pairs(50000, ping) + pairs(15000, Large) + named(20000)).

pairs(Count, What) ->
    Self = self(),
    Other = spawn_link(fun() -> answer(Self) end),
    call(Count, Other, What),
    Other ! stop,
    Count.

call(0, _, _) -> ok;
call(N, Other, What) ->
    Other ! {N, What},
    receive {N, What} -> call(N - 1, Other, What) end.

answer(To) ->
    receive
        stop -> ok;
        Message -> To ! Message, answer(To)
    end.

named(Count) ->
    Self = self(),
    Other = spawn_link(fun() -> answer(Self) end),
    register(other_one, Other),
    call(Count, other_one, named),
    unregister(other_one),
    Other ! stop,
    Count.
