-module(access_rights).
-export([main/0]).
-include("../../t.hrl").

main() ->
    Me = self(), P = spawn_link(fun() -> Ts = [ets:new(T, [T]) || T <- [public, protected, private]], [ets:insert(T, {k, v}) || T <- Ts], Me ! {tabs, Ts}, receive stop -> ok end end), Ts = receive {tabs, X} -> X end, [begin t:x(N, fun() -> ets:lookup(T, k) end), t:x(N, fun() -> ets:insert(T, {k, w}) end), t:x(N, fun() -> ets:delete(T) end), t:x(N, fun() -> ets:info(T, protection) end), t:x(N, fun() -> ets:select_delete(T, [{'_', [], [true]}]) end) end || {N, T} <- lists:zip([public, protected, private], Ts)], ?P([ets:info(T, owner) =:= P || T <- tl(Ts)]), P ! stop, t:down(P), t:wait(fun() -> lists:all(fun(T) -> ets:info(T) =:= undefined end, Ts) end), ?X(ets:lookup(lists:last(Ts), k)).
