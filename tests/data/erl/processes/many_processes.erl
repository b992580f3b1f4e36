%% timeout: 60
-module(many_processes).
-export([main/0]).
-include("../../t.hrl").

main() ->
    N = 50000, Me = self(), Ps = [spawn(fun() -> receive {From, X} -> From ! {self(), X + 1} end end) || _ <- lists:seq(1, N)], ?P(length(lists:usort(Ps)) =:= N), ?P(erlang:system_info(process_count) > N), [P ! {Me, I} || {I, P} <- lists:enumerate(Ps)], ?P(lists:sum([receive {P, Y} -> Y end || P <- Ps])), t:wait(fun() -> not lists:any(fun is_process_alive/1, Ps) end), Ring = ring(1000, Me), Ring ! {token, 100000}, ?P(receive {done, Where} -> Where =/= x end).

ring(N, Me) -> First = spawn_link(fun() -> receive {next, P} -> node_loop(P, Me) end end), Last = lists:foldl(fun(_, Next) -> spawn_link(fun() -> node_loop(Next, Me) end) end, First, lists:seq(2, N)), First ! {next, Last}, First.
node_loop(Next, Me) -> receive {token, 0} -> Me ! {done, self()}; {token, T} -> Next ! {token, T - 1}, node_loop(Next, Me) end.
