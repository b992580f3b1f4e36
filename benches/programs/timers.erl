%% What do timers cost that are set, cancelled, waited for, or run out by the thousand?
%% group: messages
-module(timers).
-export([scale/0, run/1]).

scale() -> 8.

run(Rounds) -> run(Rounds, 0).

run(0, Sum) -> Sum;
run(Rounds, Sum) -> run(Rounds - 1, Sum + cancelled(30000, 0) + kept(10000) + fired(10000) + waits(10000, 0) + timeouts(30000)).

cancelled(0, Sum) -> Sum;
cancelled(N, Sum) ->
    Timer = erlang:start_timer(60000 + N, self(), late),
    Left = erlang:cancel_timer(Timer),
    cancelled(N - 1, Sum + (Left - 1) div (Left + 100000) + 1).

%% Many at once, of all lengths.
kept(Count) ->
    Timers = [erlang:send_after(100000 + N * 7919 rem 1000003, self(), late) || N <- lists:seq(1, Count)],
    length([Timer || Timer <- Timers, is_integer(erlang:cancel_timer(Timer))]).

fired(Count) ->
    [erlang:send_after(N rem 4, self(), {fired, N}) || N <- lists:seq(1, Count)],
    gather(Count, 0).

gather(0, Sum) -> Sum;
gather(N, Sum) -> receive {fired, M} -> gather(N - 1, Sum + M) end.

%% The message is there before the time is over.
waits(0, Sum) -> Sum;
waits(N, Sum) ->
    Self = self(),
    spawn(fun() -> Self ! {done, 1} end),
    receive {done, One} -> waits(N - 1, Sum + One) after 5000 -> error(late) end.

timeouts(0) -> 0;
timeouts(N) -> receive never -> 1 after 0 -> timeouts(N - 1) end.
