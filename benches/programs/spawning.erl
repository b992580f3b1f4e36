%% What do a process's beginning and end cost, linked, monitored and plain?
%% group: messages
-module(spawning).
-export([scale/0, run/1]).

scale() -> 3.

run(Rounds) -> run(Rounds, 0).

run(0, Sum) -> Sum;
run(Rounds, Sum) -> run(Rounds - 1, Sum + one_by_one(20000, 0) + many(15000) + monitored(15000, 0) + linked(8000) + tree(11)).

one_by_one(0, Sum) -> Sum;
one_by_one(N, Sum) ->
    Self = self(),
    spawn(fun() -> Self ! {done, N band 1} end),
    receive {done, M} -> one_by_one(N - 1, Sum + M) end.

many(N) ->
    Pids = [spawn(fun wait/0) || _ <- lists:seq(1, N)],
    [Pid ! {stop, self()} || Pid <- Pids],
    length([receive {stopped, Pid} -> ok end || Pid <- Pids]).

wait() -> receive {stop, From} -> From ! {stopped, self()} end.

monitored(0, Sum) -> Sum;
monitored(N, Sum) ->
    {Pid, Reference} = spawn_monitor(fun() -> exit({result, N band 1}) end),
    receive {'DOWN', Reference, process, Pid, {result, M}} -> monitored(N - 1, Sum + M) end.

linked(N) ->
    Trapping = process_flag(trap_exit, true),
    Pids = [spawn_link(fun() -> receive never -> ok end end) || _ <- lists:seq(1, N)],
    [exit(Pid, kill) || Pid <- Pids],
    Killed = length([receive {'EXIT', Pid, killed} -> ok end || Pid <- Pids]),
    process_flag(trap_exit, Trapping),
    Killed.

tree(0) -> 1;
tree(Depth) ->
    Self = self(),
    Children = [spawn_link(fun() -> Self ! {self(), tree(Depth - 1)} end) || _ <- [left, right]],
    lists:sum([receive {Child, Sum} -> Sum end || Child <- Children]).
