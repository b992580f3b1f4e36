%% Messages of one sender keep their order, whatever others send.
-module(order_between_pairs).
-export([main/0]).
-include("../../t.hrl").

main() ->
    Me = self(), Ps = [spawn_link(fun() -> [Me ! {P, I} || I <- lists:seq(1, 2000)] end) || P <- lists:seq(1, 8)], All = collect(8 * 2000, #{}), ?P(length(Ps)), ?P([lists:reverse(maps:get(P, All)) =:= lists:seq(1, 2000) || P <- lists:seq(1, 8)]).

collect(0, M) -> M;
collect(N, M) -> receive {P, I} when is_integer(P) -> collect(N - 1, maps:update_with(P, fun(L) -> [I | L] end, [I], M)) end.
