-module(supervisor_strategies).
-export([main/0]).
-behaviour(supervisor).
-export([init/1, start_worker/2]).

main() ->
    process_flag(trap_exit, true), [begin {ok, S} = supervisor:start_link(?MODULE, {St, self()}), Started = [receive {started, N} -> N end || _ <- [1, 2, 3]], [{_, B, _, _}] = [C || {b, _, _, _} = C <- supervisor:which_children(S)], exit(B, kill), timer:sleep(300), t:p(St, {Started, [N || {started, N} <- t:flush(20)], supervisor:count_children(S), [N || {N, P, _, _} <- supervisor:which_children(S), is_pid(P)]}), unlink(S), exit(S, shutdown), t:down(S), t:flush(10) end || St <- [one_for_one, one_for_all, rest_for_one]].

init({St, Me}) -> {ok, {#{strategy => St, intensity => 5, period => 10}, [#{id => N, start => {?MODULE, start_worker, [N, Me]}} || N <- [a, b, c]]}}.
start_worker(N, Me) -> Me ! {started, N}, {ok, spawn_link(fun() -> receive after infinity -> ok end end)}.
