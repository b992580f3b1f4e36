-module(qlc_queries).
-export([main/0]).
-include("../../t.hrl").
-include_lib("stdlib/include/qlc.hrl").

main() ->
    T = ets:new(t, [ordered_set]), ets:insert(T, [{I, I rem 3} || I <- lists:seq(1, 10)]), ?P(qlc:e(qlc:q([X || {X, 0} <- ets:table(T)]))), ?P(qlc:e(qlc:q([{A, B} || {A, M} <- ets:table(T), {B, N} <- [{x, 1}, {y, 2}], M =:= N, A > 5]))), ?P(qlc:fold(fun(X, A) -> X + A end, 0, qlc:q([X || {X, _} <- ets:table(T)]))), C = qlc:cursor(qlc:q([X || {X, _} <- ets:table(T)])), ?P(qlc:next_answers(C, 2)), ?P(qlc:next_answers(C, 100)), qlc:delete_cursor(C), ?P(qlc:e(qlc:sort(qlc:q([Y || {_, Y} <- ets:table(T)]), {unique, true}))), ?P(qlc:string_to_handle("[X || X <- [1,2,3], X > 1].") =/= x), ?P(qlc:e(qlc:string_to_handle("[X || X <- [1,2,3], X > 1]."))), ?P(qlc:info(qlc:q([X || X <- [1, 2]])) =/= x).
