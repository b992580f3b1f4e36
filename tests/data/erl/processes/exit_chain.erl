-module(exit_chain).
-export([main/0]).
-include("../../t.hrl").

main() ->
    Me = self(), {Top, M} = spawn_monitor(fun() -> Ps = chain(100, Me), receive {start, X} -> exit(lists:last(Ps), X) end, receive after infinity -> ok end end), Ps = [receive {made, P} -> P end || _ <- lists:seq(1, 100)], Top ! {start, boom}, ?P(receive {'DOWN', M, _, _, R} -> R end), ?P([t:down(P) || P <- Ps] =:= lists:duplicate(100, noproc)), process_flag(trap_exit, true), P0 = spawn_link(fun() -> chain(3, Me), receive after infinity -> ok end end), [receive {made, _} -> ok end || _ <- [1, 2, 3]], exit(P0, kill), ?P(receive {'EXIT', P0, R2} -> R2 end), {P1, M1} = spawn_monitor(fun() -> process_flag(trap_exit, true), L = spawn_link(fun() -> exit(self(), kill), receive after infinity -> ok end end), receive {'EXIT', L, Why} -> exit({saw, Why}) end end), ?P(receive {'DOWN', M1, _, P1, R1} -> R1 end).

chain(0, _) -> [];
chain(N, Me) -> P = spawn_link(fun() -> receive after infinity -> ok end end), Me ! {made, P}, [P | chain(N - 1, Me)].
