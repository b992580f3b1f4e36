%% What each reason does to a process that traps exits and to one that does not, by exit/2 and through a link.
-module(exit_signals).
-export([main/0]).
-include("../../t.hrl").

main() ->
    Parent = self(), [begin P = spawn(fun() -> process_flag(trap_exit, Trap), Parent ! {ready, self()}, receive {'EXIT', _, R} -> exit({got, R}); stop -> exit(survived) end end), receive {ready, P} -> ok end, M = monitor(process, P), exit(P, Reason), P ! stop, receive {'DOWN', M, _, _, Why} -> t:p({Trap, Reason}, Why) end end || Trap <- [true, false], Reason <- [normal, kill, killed, shutdown, {shutdown, x}, other]],
    [begin {P, M} = spawn_monitor(fun() -> process_flag(trap_exit, Trap), L = spawn_link(fun() -> exit(Reason) end), receive {'EXIT', L, R} -> exit({got, R}) after 1000 -> exit(survived) end end), receive {'DOWN', M, process, P, Why} -> t:p({link, Trap, Reason}, Why) end end || Trap <- [true, false], Reason <- [normal, kill, killed, other]],
    ?P(exit(spawn(fun() -> ok end), x)), ?X(exit(?I(a), b)), process_flag(trap_exit, true), ?P(exit(self(), normal)), ?P(t:flush(10)), exit(self(), abc), ?P(receive {'EXIT', S, R} when S =:= self() -> R end), {P9, M9} = spawn_monitor(fun() -> exit(self(), normal), exit(not_reached) end), ?P(receive {'DOWN', M9, _, P9, R9} -> R9 end).
