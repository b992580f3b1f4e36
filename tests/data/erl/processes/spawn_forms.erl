-module(spawn_forms).
-export([main/0]).
-include("../../t.hrl").

main() ->
    Me = self(), W = fun(T) -> receive T -> ok after 5000 -> none end end,
    spawn(fun() -> Me ! a end), ?P(W(a)), spawn(erlang, send, [Me, b]), ?P(W(b)), spawn_link(fun() -> Me ! c end), ?P(W(c)), {P, M} = spawn_monitor(fun() -> Me ! d end), ?P(W(d)), ?P(receive {'DOWN', M, process, P, R} -> R end), {P2, M2} = spawn_opt(fun() -> exit(e) end, [monitor]), ?P(receive {'DOWN', M2, process, P2, R2} -> R2 end), P3 = spawn_opt(erlang, send, [Me, f], [link, {priority, high}, {min_heap_size, 1000}, {fullsweep_after, 5}, {message_queue_data, off_heap}, {max_heap_size, 1000000}, {min_bin_vheap_size, 500}]), ?P(is_pid(P3)), ?P(W(f)), P4 = spawn(node(), fun() -> Me ! g end), ?P(is_pid(P4)), ?P(W(g)), spawn(node(), erlang, send, [Me, h]), ?P(W(h)), {P5, M5} = spawn_opt(fun() -> ok end, [{monitor, [{tag, 'MYTAG'}]}]), ?P(receive {'MYTAG', M5, process, P5, R5} -> R5 end), {_, A6} = spawn_opt(fun() -> ok end, [{monitor, [{alias, demonitor}]}]), ?P(receive {'DOWN', A6, process, _, R6} -> R6 end),
    ?X(spawn_opt(fun() -> ok end, [foo])), ?X(spawn_opt(fun() -> ok end, ?I(x))), ?X(spawn_opt(fun() -> ok end, [{priority, x}])), ?X(spawn_opt(fun() -> ok end, [{min_heap_size, -1}])), ?X(spawn(?I(a), b, ?I(c))), ?X(spawn_opt(fun() -> ok end, [{monitor, [x]}])), ?X(spawn(fun(_) -> ok end)), ?X(spawn_link(?I(1), f, [])).
