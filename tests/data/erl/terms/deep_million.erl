%% A million levels of every kind of nesting, through every traversal that the machine has.
-module(deep_million).
-export([main/0]).
-include("../../t.hrl").

main() ->
    N = 1000000, L = lists:foldl(fun(_, A) -> [A] end, x, lists:seq(1, N)), T = lists:foldl(fun(_, A) -> {A} end, x, lists:seq(1, N)), D = lists:foldl(fun(_, A) -> [a, {b, A}] end, x, lists:seq(1, N div 2)),
    [begin ?P(X =:= X), ?P(erts_debug:flat_size(X)), ?P(erlang:phash2(X)), B = term_to_binary(X), ?P(byte_size(B)), Y = binary_to_term(B), ?P(X =:= Y), ?P(X == Y), Me = self(), spawn_link(fun() -> Me ! {copied, X} end), receive {copied, Z} -> ?P(Z =:= X) end, erlang:garbage_collect(), Tab = ets:new(t, []), ets:insert(Tab, {k, X}), ?P(ets:lookup_element(Tab, k, 2) =:= X), ets:delete(Tab), persistent_term:put(deep_million, X), ?P(persistent_term:get(deep_million) =:= X), persistent_term:erase(deep_million) end || X <- [L, T, D]], M = lists:foldl(fun(_, A) -> #{A => 1} end, x, lists:seq(1, 1000)), ?P(erlang:phash2(M)), F = lists:foldl(fun(_, A) -> fun() -> A end end, x, lists:seq(1, 100000)), erlang:garbage_collect(), ?P(is_function(F)).
