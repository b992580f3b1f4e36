-module(monitor_time_offset_and_tags).
-export([main/0]).
-include("../../t.hrl").

main() ->
    M = monitor(time_offset, clock_service), ?P(is_reference(M)), ?P(demonitor(M)), P = spawn(fun() -> receive _ -> ok end end), M2 = monitor(process, P, [{tag, {my, tag}}]), P ! x, ?P(receive {{my, tag}, M2, process, P, R} -> R end), A = monitor(process, spawn(fun() -> receive {al, To} -> To ! via_alias end, receive after infinity -> ok end end), [{alias, explicit_unalias}]), A ! to_me, ?P(receive to_me -> ok after 100 -> none end), ?P(unalias(A)), A ! to_me, ?P(receive to_me -> ok after 20 -> none end), ?P(unalias(A)), ?X(monitor(process, self(), [foo])), ?X(monitor(process, self(), [{alias, x}])), ?X(monitor(process, self(), ?I(a))).
