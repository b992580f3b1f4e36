%% BIFs that nothing else here calls.
-module(small_bifs).
-export([main/0]).
-include("../../t.hrl").

main() ->
    ?P(calendar:valid_date(erlang:date())), ?P(tuple_size(erlang:time())), ?P(erlang:subtract([1, 2, 3], [2])), ?P(apply(erlang, '++', [[1], [2]])), ?P(apply(erlang, '--', [[1, 2], [2]])), ?P([apply(erlang, F, [1, 2]) || F <- ['=<', '>=', '/=', '=/=', '=:=', '<', '>', '==', 'bsr', 'bxor', 'bsl', 'band', 'bor', max, min]]), ?P(apply(erlang, 'bnot', [5])), ?P(apply(erlang, '!', [self(), sent])), ?P(receive sent -> ok end), ?P(lists:sort(erlang:pre_loaded()) =/= []), ?P(lists:member(erlang, erlang:pre_loaded())), ?P([round(math:F(1) * 1000000) || F <- [sinh, cosh, tanh, asin, acos, atan, asinh]]), ?P(round(math:acosh(2) * 1000000)), ?P(ets:match_spec_run([{1}, {2}], ets:match_spec_compile([{{'$1'}, [], ['$1']}]))), ?P(erlang:match_spec_test({a, 1}, [{{'$1', '$2'}, [], ['$2']}], table)), ?P(erlang:match_spec_test([a, 1], [{['$1', '$2'], [{'>', '$2', 0}], [{message, '$1'}]}], trace)), ?X(erlang:match_spec_test(a, b, c)), ?P(erts_debug:size_shared([1, 2])), ?P(erts_debug:copy_shared({a, [1]})), ?P(is_list(erlang:ports())).
