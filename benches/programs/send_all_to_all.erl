%% How fast do a hundred processes each send to all, and each wait for all?
%% group: messages
-module(send_all_to_all).
-export([scale/0, run/1]).

scale() -> 60.

run(Turns) ->
    Self = self(),
    Count = 100,
    Processes = [spawn_link(fun() -> member(Self, Turns) end) || _ <- lists:seq(1, Count)],
    [Process ! {members, Processes} || Process <- Processes],
    lists:sum([receive {sum, Process, Sum} -> Sum end || Process <- Processes]) div Turns.

member(Parent, Turns) ->
    receive {members, Processes} -> Parent ! {sum, self(), turns(Turns, Processes, 0)} end.

turns(0, _, Sum) -> Sum;
turns(N, Processes, Sum) ->
    Self = self(),
    [Process ! {hello, N, Self} || Process <- Processes],
    turns(N - 1, Processes, Sum + lists:sum([receive {hello, N, Process} -> 1 end || Process <- Processes])).
