-module(hibernate).
-export([main/0]).
-include("../../t.hrl").
-export([woken/2, raise/0]).

main() ->
    Me = self(), P = spawn(fun() -> put(k, kept), _ = lists:seq(1, 10000), erlang:hibernate(?MODULE, woken, [Me, {arg, [1, 2]}]) end), t:wait(fun() -> process_info(P, current_function) =:= {current_function, {erlang, hibernate, 3}} end), ?P(process_info(P, status)), {total_heap_size, S} = process_info(P, total_heap_size), ?P(S < 300), P ! first, ?P(receive {woke, A, K, M} -> {A, K, M} end), P2 = spawn(fun() -> self() ! early, try erlang:hibernate(?MODULE, woken, [Me, x]) catch _:_ -> Me ! caught end end), ?P(receive {woke, x, undefined, M2} -> M2 end), ?P(is_pid(P2)), {P3, M3} = spawn_monitor(fun() -> self() ! go, catch erlang:hibernate(?MODULE, raise, []) end), ?P(receive {'DOWN', M3, _, P3, {R, _}} -> R end), ?X(erlang:hibernate(?I(1), f, [])), ?X(erlang:hibernate(m, f, ?I(x))).

woken(Me, A) -> receive M -> Me ! {woke, A, get(k), M} end.
raise() -> error(in_hibernated).
