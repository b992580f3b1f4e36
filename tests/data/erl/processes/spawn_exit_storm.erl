-module(spawn_exit_storm).
-export([main/0]).
-include("../../t.hrl").

main() ->
    ?P(lists:sum([begin {P, M} = spawn_monitor(fun() -> exit(I) end), receive {'DOWN', M, process, P, I} -> I end end || I <- lists:seq(1, 20000)])), Me = self(), [spawn(fun() -> [begin spawn_link(fun() -> ok end) end || _ <- lists:seq(1, 100)], Me ! {k, K} end) || K <- lists:seq(1, 100)], ?P(lists:sort([receive {k, K} -> K after 10000 -> none end || _ <- lists:seq(1, 100)]) =:= lists:seq(1, 100)), F = fun F(0) -> ok; F(N) -> {_, M} = spawn_monitor(fun() -> F(N - 1) end), receive {'DOWN', M, _, _, normal} -> ok end end, ?P(F(3000)).
