-module(heir_and_give_away).
-export([main/0]).
-include("../../t.hrl").

main() ->
    Me = self(), P = spawn(fun() -> T = ets:new(heired, [{heir, Me, {my, data}}]), ets:insert(T, {a, 1}), Me ! {t, T} end), T = receive {t, X} -> X end, ?P(receive {'ETS-TRANSFER', T, P, D} -> D after 2000 -> none end), ?P(ets:tab2list(T)), ?P(ets:info(T, owner) =:= Me), Q = spawn(fun() -> receive {'ETS-TRANSFER', T2, Me, D2} -> Me ! {got, T2 =:= T, D2, ets:lookup(T2, a)}, receive stop -> ok end end end), ?P(ets:give_away(T, Q, gift)), ?P(receive {got, A, B, C} -> {A, B, C} end), ?X(ets:give_away(T, Me, x)), ?X(ets:insert(T, {b, 1})), Q ! stop, t:down(Q), ?P(receive {'ETS-TRANSFER', T, _, D3} -> D3 after 2000 -> none end), ?P(ets:setopts(T, {heir, none})), ?P(ets:setopts(T, [{heir, self(), x}])), ?P(ets:info(T, heir) =:= self()), ?X(ets:setopts(T, [{foo, x}])), ?X(ets:give_away(T, ?I(x), y)), Dead = spawn(fun() -> ok end), t:down(Dead), ?X(ets:give_away(T, Dead, y)), ?X(ets:give_away(T, self(), y)), ?X(ets:new(x, [{heir, ?I(a), b}])).
