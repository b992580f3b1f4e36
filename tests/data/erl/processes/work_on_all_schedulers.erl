%% Workers that pass messages in a mesh; every one of them must get its turn.
-module(work_on_all_schedulers).
-export([main/0]).
-include("../../t.hrl").

main() ->
    N = 20, Rounds = 200, Me = self(), Ps = [spawn_link(fun() -> receive {peers, L} -> mesh(L, Rounds, Me) end end) || _ <- lists:seq(1, N)], [P ! {peers, Ps} || P <- Ps], ?P(lists:sum([receive {done, C} -> C after 30000 -> 0 end || _ <- Ps])), ?P(N * N * Rounds).

mesh(L, R, Me) -> [P ! ping || _ <- lists:seq(1, R), P <- L], Me ! {done, count(length(L) * R)}.
count(0) -> 0;
count(N) -> receive ping -> 1 + count(N - 1) after 20000 -> 0 end.
