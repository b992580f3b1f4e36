-module(undef_and_error_handler).
-export([main/0]).
-include("../../t.hrl").
-export([undefined_function/3, undefined_lambda/3]).

main() ->
    ?P(t:st(fun() -> undef_mod_x:foo(1, [2]) end)), ?P(t:st(fun() -> ?MODULE:foo(1) end)), {P, M} = spawn_monitor(fun() -> process_flag(error_handler, ?MODULE), exit({got, undef_mod_x:foo(1, 2)}) end), receive {'DOWN', M, _, P, R} -> ?P(R) end, ?P(process_flag(error_handler, error_handler)), ?X(process_flag(error_handler, 1)), {_, M2} = spawn_monitor(fun() -> process_flag(error_handler, no_handler_at_all), undef_mod_x:foo(1, 2) end), receive {'DOWN', M2, _, _, {R2, S2}} -> ?P({R2, [{A, B, C} || {A, B, C, _} <- lists:sublist(S2, 1)]}) end, ?P(erlang:function_exported(lists, map, 2)), ?P(erlang:function_exported(lists, map, 9)), ?P(erlang:function_exported(erlang, abs, 1)), ?P(erlang:is_builtin(erlang, abs, 1)), ?P(erlang:is_builtin(lists, map, 2)).

undefined_function(M, F, A) -> {handled, M, F, A}.
undefined_lambda(M, F, A) -> {lambda, M, F, A}.
