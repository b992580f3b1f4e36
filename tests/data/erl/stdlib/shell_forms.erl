-module(shell_forms).
-export([main/0]).
-include("../../t.hrl").

main() ->
    ?P(lists:flatten(io_lib:format("~p", [erl_parse:abstract([1, {a, "b"}])]))), ?P(erl_internal:bif(abs, 1)), ?P(erl_internal:guard_bif(hd, 1)), ?P(erl_internal:arith_op('+', 2)), {ok, Ts, _} = erl_scan:string("-ifdef(X).\n"), ?P(Ts), F = "stdlib_shell_forms.hrl", file:write_file(F, "-module(epped).\n-define(A(X), {X, ?LINE, ??X}).\n-define(B, b).\n-ifdef(B).\nf() -> ?A(1 + 2).\n-else.\ng() -> x.\n-endif.\n-undef(B).\n-ifndef(B).\nh() -> ?MODULE.\n-endif.\ni() -> ?UNDEFINED.\n"), {ok, Fs} = epp:parse_file(F, []), ?P([X || X <- Fs, element(1, X) =/= attribute orelse element(3, X) =:= module]), file:delete(F), ?P(erl_prettypr_free()), ?P(erl_expand_records:module([{attribute, 1, module, m}, {attribute, 1, record, {r, [{record_field, 1, {atom, 1, a}}]}}, {function, 1, f, 1, [{clause, 1, [{var, 1, 'X'}], [], [{record_field, 1, {var, 1, 'X'}, r, {atom, 1, a}}]}]}], [])), ?P(erl_lint:module([{attribute, 1, module, m}, {attribute, 1, export, [{f, 0}]}, {eof, 2}])).

erl_prettypr_free() -> lists:flatten(erl_pp:expr({call, 1, {remote, 1, {atom, 1, lists}, {atom, 1, map}}, [{'fun', 1, {function, abs, 1}}, {nil, 1}]})).
