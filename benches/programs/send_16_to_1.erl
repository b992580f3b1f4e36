%% How fast does one process receive what sixteen others send it as fast as they can?
%% group: messages
-module(send_16_to_1).
-export([scale/0, run/1]).

scale() -> 14.

run(Rounds) -> run(Rounds, 0).

run(0, Sum) -> Sum;
run(Rounds, Sum) ->
    Self = self(),
    Senders = [spawn_link(fun() -> send(5000, N, Self) end) || N <- lists:seq(1, 16)],
    run(Rounds - 1, gather(length(Senders), Sum)).

send(0, _, To) -> To ! finished;
send(N, Sender, To) ->
    To ! {item, Sender, N},
    send(N - 1, Sender, To).

gather(0, Sum) -> Sum;
gather(Senders, Sum) ->
    receive
        {item, Sender, N} -> gather(Senders, Sum + (N bxor Sender));
        finished -> gather(Senders - 1, Sum)
    end.
