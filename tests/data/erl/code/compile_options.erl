-module(compile_options).
-export([main/0]).
-include("../../t.hrl").

main() ->
    Src = "-module(copts). -export([f/1, g/2]). -record(r, {a, b = 1}). f(X) when X > 0 -> case X rem 3 of 0 -> zero; 1 -> {one, #r{a = X}}; _ -> [Y * 2 || Y <- lists:seq(1, X)] end; f(_) -> <<1:4, 2:4>>. g(A, B) -> try A / B catch error:badarith -> inf end.", [begin M = t:load(Src, O), t:p(O, {M:f(3), M:f(4), M:f(5), M:f(-1), M:g(1, 2), M:g(1, 0)}), code:purge(M) end || O <- [[], [no_copt], [no_postopt], [inline], [{inline, [{g, 2}]}], [no_type_opt], [no_bool_opt, no_share_opt], [no_ssa_opt], [no_line_info], [export_all, nowarn_export_all], [debug_info], [no_stack_trimming]]], t:unload(copts), {ok, T, _} = erl_scan:string("-module(bad1). -export([f/0]). f() -> X."), ?P(element(1, {compile:forms(forms(T), [return])})), {ok, T2, _} = erl_scan:string("-module(w1). -export([f/1]). f(X) -> 1. g() -> 2."), ?P(element(4, compile:forms(forms(T2), [return]))), {ok, _, S} = compile:forms(forms(T2), ['S', binary]), ?P(element(1, S)).

forms(T) -> {L, R} = lists:splitwith(fun({dot, _}) -> false; (_) -> true end, T), case R of [] -> []; [D | Rest] -> {ok, F} = erl_parse:parse_form(L ++ [D]), [F | forms(Rest)] end.
