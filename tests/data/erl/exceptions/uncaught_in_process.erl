-module(uncaught_in_process).
-export([main/0]).
-include("../../t.hrl").

main() ->
    R = fun(F) -> {P, M} = spawn_monitor(F), receive {'DOWN', M, process, P, Why} -> strip(Why) end end,
    ?P(R(fun() -> ok end)), ?P(R(fun() -> exit(x) end)), ?P(R(fun() -> exit(normal) end)), ?P(R(fun() -> throw(x) end)), ?P(R(fun() -> error(x) end)), ?P(R(fun() -> 1 + ?I(a) end)), ?P(R(fun() -> f(2) end)), ?P(R(fun() -> no_such:thing() end)), ?P(R(fun() -> erlang:raise(error, y, []) end)), ?P(R(fun() -> exit(self(), kill), receive after infinity -> ok end end)), ?P(R(fun() -> exit(self(), a), receive after infinity -> ok end end)), ?P(R(fun() -> exit({nocatch, 1}) end)), ?P(down(spawn_monitor(?MODULE, nope, [1]))), ?P(down(spawn_monitor(lists, last, [[]]))).

down({_, M}) -> receive {'DOWN', M, _, _, Why} -> strip(Why) end.
f(1) -> ok.
strip({R, [{M, F, A, _} | _]}) -> {R, M, if M =:= ?MODULE, F =/= f, F =/= nope -> 'fun'; true -> F end, A};
strip(R) -> R.
