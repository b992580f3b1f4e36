%% Links, unlinks, monitors and exits from many sides at once: nothing is lost, nothing comes twice.
-module(link_monitor_storm).
-export([main/0]).
-include("../../t.hrl").

main() ->
    process_flag(trap_exit, true), R = [begin P = spawn(fun() -> receive after infinity -> ok end end), link(P), M = monitor(process, P), case I rem 4 of 0 -> unlink(P); 1 -> demonitor(M, [flush]); 2 -> spawn(fun() -> exit(P, boom) end); 3 -> unlink(P), link(P) end, exit(P, kill), E = receive {'EXIT', P, Er} -> Er after (case I rem 4 of 0 -> 0; _ -> 5000 end) -> none end, D = receive {'DOWN', M, _, _, Dr} -> Dr after (case I rem 4 of 1 -> 0; _ -> 5000 end) -> none end, {I rem 4, lists:member(E, [killed, boom]), lists:member(D, [killed, boom, noproc])} end || I <- lists:seq(1, 2000)], ?P(lists:usort(R)), ?P(t:flush(20)), Ps = [spawn(fun() -> process_flag(trap_exit, I rem 2 =:= 0), receive {go, L} -> [link(Q) || Q <- L], receive {'EXIT', _, _} -> exit(trapped) after infinity -> ok end end end) || I <- lists:seq(1, 100)], Ms = [monitor(process, P) || P <- Ps], [P ! {go, Ps -- [P]} || P <- Ps], timer:sleep(50), exit(hd(Ps), kill), ?P(length([x || M <- Ms, receive {'DOWN', M, _, _, _} -> true after 5000 -> false end])).
