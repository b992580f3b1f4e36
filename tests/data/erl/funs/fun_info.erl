-module(fun_info).
-export([main/0]).
-include("../../t.hrl").

main() ->
    X = ?I(7), F = fun(Y) -> X + Y end, G = fun lists:map/2, H = fun local/1,
    ?P(erlang:fun_info(F, arity)), ?P(erlang:fun_info(F, module)), ?P(erlang:fun_info(F, env)), ?P(erlang:fun_info(F, type)), ?P(erlang:fun_info(F, name)), ?P(element(2, erlang:fun_info(F, pid)) =:= self()), ?P(is_integer(element(2, erlang:fun_info(F, index)))), ?P(byte_size(element(2, erlang:fun_info(F, new_uniq)))), ?P([K || {K, _} <- erlang:fun_info(F)]), ?P(erlang:fun_info(G)), ?P(erlang:fun_info(G, env)), ?P(erlang:fun_info(H, type)), ?P(erlang:fun_info(H, name)), ?P(erlang:fun_info(H, env)), ?P(erlang:fun_info_mfa(fun lists:map/2)), ?P(is_function(G, 2)), ?X(erlang:fun_info(?I(a))), ?X(erlang:fun_info(F, ?I(foo))), ?P(element(2, erlang:fun_info(F, new_uniq)) =:= ?MODULE:module_info(md5)), {_, I1} = erlang:fun_info(F, new_index), {_, I2} = erlang:fun_info(H, new_index), ?P(I1 =/= I2).

local(X) -> X.
