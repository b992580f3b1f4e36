%% Deleting and inserting while the table is fixed.
-module(safe_fixtable_deletes).
-export([main/0]).
-include("../../t.hrl").

main() ->
    [begin T = ets:new(t, [Ty, public]), ets:insert(T, [{I, I} || I <- lists:seq(1, 2000)]), ets:safe_fixtable(T, true), ?P(element(2, ets:info(T, safe_fixed)) =:= [{self(), 1}]), N = go(T, ets:first(T), 0), t:p({Ty, N}, ets:info(T, size)), ets:safe_fixtable(T, false), ?P(ets:info(T, fixed)), ?P(lists:sort(ets:tab2list(T)) =:= [{I, I} || I <- lists:seq(2, 2000, 2)]), ets:safe_fixtable(T, true), ets:delete(T, 2), ets:insert(T, {2, new}), ?P(ets:lookup(T, 2)), P = spawn(fun() -> ets:safe_fixtable(T, true) end), t:down(P), ets:safe_fixtable(T, false), t:wait(fun() -> ets:info(T, fixed) =:= false end), ?P(ets:select_delete(T, [{{'_', '_'}, [], [true]}])), ?P(ets:info(T, size)) end || Ty <- [set, ordered_set, bag]].

go(_, '$end_of_table', N) -> N;
go(T, K, N) -> K rem 2 =:= 1 andalso ets:delete(T, K), go(T, ets:next(T, K), N + 1).
