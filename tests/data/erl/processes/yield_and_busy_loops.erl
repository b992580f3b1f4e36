%% A process in a loop must not keep others from running, nor from killing it.
-module(yield_and_busy_loops).
-export([main/0]).
-include("../../t.hrl").

main() ->
    L = spawn(fun F() -> F() end), Big = spawn(fun G() -> lists:seq(1, 100000), G() end), ?P([receive after 5 -> I end || I <- [1, 2, 3]]), {_, M} = spawn_monitor(fun() -> ok end), ?P(receive {'DOWN', M, _, _, R} -> R end), ?P(erlang:yield()), exit(L, kill), exit(Big, kill), ?P(t:down(L) =/= x), ?P(t:down(Big) =/= x), ?P(erlang:bump_reductions(100)), ?X(erlang:bump_reductions(-1)).
