-module(purge_kills_holders).
-export([main/0]).
-include("../../t.hrl").

main() ->
    L = fun(V) -> t:load("-module(purge_k). -export([f/0, hold/1, v/0]). v() -> " ++ V ++ ". f() -> fun() -> v() end. hold(T) -> receive stop -> T end, {ok, T}.", []) end, M = L("1"), Me = self(), F = M:f(), Holder = spawn(fun() -> receive {keep, G} -> Me ! kept, receive stop -> G() end end end), Holder ! {keep, F}, receive kept -> ok end, OnStack = spawn(M, hold, [x]), Clean = spawn(fun() -> receive stop -> ok end end), Trap = spawn(fun() -> process_flag(trap_exit, true), M:hold(y) end), t:wait(fun() -> lists:all(fun(P) -> process_info(P, current_function) =:= {current_function, {purge_k, hold, 1}} end, [OnStack, Trap]) end), L("2"), Ms = [monitor(process, P) || P <- [Holder, OnStack, Clean, Trap]], ?P(code:soft_purge(M)), ?P(code:purge(M)), ?P([receive {'DOWN', R, _, _, Why} -> Why after 100 -> alive end || R <- Ms]), Clean ! stop, ?P(M:v()), t:unload(M).
