-module(supervisor_simple_one_for_one).
-export([main/0]).
-include("../../t.hrl").
-behaviour(supervisor).
-export([init/1, start_worker/2]).

main() ->
    {ok, S} = supervisor:start_link(?MODULE, []), Ps = [element(2, supervisor:start_child(S, [I])) || I <- lists:seq(1, 200)], ?P(length(Ps)), ?P(supervisor:count_children(S)), P = hd(Ps), P ! {ask, self()}, ?P(receive {answer, A} -> A end), ?P(supervisor:terminate_child(S, P)), ?P(is_process_alive(P)), [exit(Q, kill) || Q <- lists:sublist(Ps, 2, 50)], [t:down(Q) || Q <- lists:sublist(Ps, 2, 50)], t:wait(fun() -> proplists:get_value(active, supervisor:count_children(S)) =:= 149 end), ?P(supervisor:count_children(S)), ?P(supervisor:start_child(S, [error])), ?P(element(1, element(2, supervisor:start_child(S, [too, many])))), unlink(S), exit(S, shutdown), ?P(t:down(S)), t:wait(fun() -> not lists:any(fun is_process_alive/1, Ps) end).

init([]) -> {ok, {#{strategy => simple_one_for_one, intensity => 0}, [#{id => w, start => {?MODULE, start_worker, [base]}, restart => temporary, shutdown => 500}]}}.
start_worker(_, error) -> {error, refused}; start_worker(B, I) -> {ok, spawn_link(fun() -> receive {ask, F} -> F ! {answer, {B, I}}, receive after infinity -> ok end end end)}.
