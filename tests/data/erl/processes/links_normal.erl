-module(links_normal).
-export([main/0]).
-include("../../t.hrl").

main() ->
    process_flag(trap_exit, true), P = spawn_link(fun() -> receive {stop, R} -> exit(R) end end), ?P(process_info(self(), links) =:= {links, [P]}), P ! {stop, normal}, ?P(receive {'EXIT', P, R} -> R end), P2 = spawn_link(fun() -> receive {stop, R2} -> exit(R2) end end), P2 ! {stop, {some, reason}}, ?P(receive {'EXIT', P2, R3} -> R3 end), P3 = spawn_link(fun() -> receive after infinity -> ok end end), ?P(unlink(P3)), exit(P3, kill), ?P(t:down(P3)), ?P(t:flush(50)), P4 = spawn(fun() -> receive stop -> ok end end), ?P(link(P4)), ?P(link(P4)), P4 ! stop, ?P(receive {'EXIT', P4, R4} -> R4 end), ?P(t:flush(20)), ?P(unlink(P4)), ?P(link(P4)), ?P(receive {'EXIT', P4, R5} -> R5 end), ?X(link(?I(a))), ?X(unlink(?I(a))), ?P(link(self())), ?P(process_info(self(), links)), process_flag(trap_exit, false), ?X(link(P4)), ?P(catch link(P4)).
