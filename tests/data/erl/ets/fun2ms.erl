-module(fun2ms).
-export([main/0]).
-include("../../t.hrl").
-include_lib("stdlib/include/ms_transform.hrl").

main() ->
    ?P(ets:fun2ms(fun({A, B, _}) when A > 1, B =/= x -> {A, [B]} end)), ?P(ets:fun2ms(fun(X) -> X end)), ?P(ets:fun2ms(fun({A, A}) -> ok; ({A, B}) when is_list(B) orelse hd(B) == 1 -> A end)), V = ?I({z, 5}), ?P(ets:fun2ms(fun({K, D}) when D =:= V -> K end)), T = ets:new(t, [ordered_set]), ets:insert(T, [{I, I * 2} || I <- lists:seq(1, 6)]), ?P(ets:select(T, ets:fun2ms(fun({A, B}) when A rem 2 =:= 0 -> {B, A} end))), ?P(ets:test_ms({1, 2}, [{{'$1', '$2'}, [], ['$2']}])), ?P(ets:test_ms({1, 2}, [{{'$1', '$2'}, [], [{x, '$2'}]}])), ?P(ets:test_ms({1}, [{{'$1', '$2'}, [], ['$2']}])), ?P(ets:test_ms(x, [{'_', [], []}])).
