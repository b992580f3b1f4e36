-module(supervisor_children).
-export([main/0]).
-include("../../t.hrl").
-behaviour(supervisor).
-export([init/1, start_worker/1]).

main() ->
    process_flag(trap_exit, true), {ok, S} = supervisor:start_link({local, sup_children}, ?MODULE, []), Spec = fun(I, R) -> #{id => I, start => {?MODULE, start_worker, [I]}, restart => R, shutdown => 100} end, ?P(element(1, supervisor:start_child(S, Spec(p, permanent)))), ?P(element(1, supervisor:start_child(S, Spec(t, transient)))), ?P(element(1, supervisor:start_child(S, Spec(x, temporary)))), ?P(element(1, element(2, supervisor:start_child(S, Spec(p, permanent))))), ?P(supervisor:start_child(S, Spec(fail, permanent))), ?P(supervisor:start_child(S, bad_spec)), ?P(supervisor:count_children(S)), Kill = fun(Id, R) -> case lists:keyfind(Id, 1, supervisor:which_children(S)) of {_, P, _, _} when is_pid(P) -> exit(P, R), t:down(P), timer:sleep(150); _ -> ok end, [{I, is_pid(P2), T} || {I, P2, T, _} <- supervisor:which_children(S)] end, ?P(Kill(p, kill)), ?P(Kill(t, shutdown)), ?P(Kill(x, kill)), ?P(supervisor:restart_child(S, t) =/= x), ?P(Kill(t, boom)), ?P(supervisor:terminate_child(S, p)), ?P(supervisor:restart_child(S, p) =/= x), ?P(supervisor:restart_child(S, p)), ?P(supervisor:delete_child(S, p)), ?P(supervisor:terminate_child(S, p)), ?P(supervisor:delete_child(S, p)), ?P(supervisor:terminate_child(S, nope)), ?P(supervisor:get_childspec(S, t)), ?P(supervisor:check_childspecs([Spec(a, permanent)])), ?P(supervisor:check_childspecs([{bad}])), ?P(element(1, supervisor:start_link(?MODULE, bad))), ?P(supervisor:start_link(?MODULE, ignore)), {ok, S2} = supervisor:start_link(?MODULE, {intensity, 2}), t:flush(10), [begin [{_, P, _, _}] = supervisor:which_children(S2), exit(P, kill), timer:sleep(150) end || _ <- [1, 2]], [{_, P3, _, _}] = supervisor:which_children(S2), exit(P3, kill), ?P(receive {'EXIT', S2, R2} -> R2 after 1000 -> none end), unlink(S), exit(S, shutdown), ?P(t:down(S)).

init(bad) -> nonsense; init(ignore) -> ignore;
init({intensity, N}) -> {ok, {{one_for_one, N, 10}, [{w, {?MODULE, start_worker, [w]}, permanent, brutal_kill, worker, [?MODULE]}]}};
init([]) -> {ok, {#{intensity => 10}, []}}.
start_worker(fail) -> {error, cannot}; start_worker(_) -> {ok, spawn_link(fun() -> receive after infinity -> ok end end)}.
