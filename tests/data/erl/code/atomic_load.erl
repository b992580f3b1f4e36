-module(atomic_load).
-export([main/0]).
-include("../../t.hrl").

main() ->
    Ms = [t:compile("-module(" ++ N ++ "). -export([f/0]). f() -> " ++ N ++ ".", []) || N <- ["at_a", "at_b", "at_c"]], L = [{M, atom_to_list(M), C} || {M, C} <- Ms], ?P(code:atomic_load(L)), ?P([M:f() || {M, _} <- Ms]), {ok, P} = code:prepare_loading(L), ?P(code:finish_loading(P)), [code:purge(M) || {M, _} <- Ms], {ok, P2} = code:prepare_loading(L), ?P(code:finish_loading(P2)), ?P(element(1, code:atomic_load([{bad_m, "x", <<"junk">>}]))), ?P(code:atomic_load([no_such_module_q])), ?X(code:atomic_load(x)), {onl2, C2} = t:compile("-module(onl2). -on_load(i/0). -export([i/0]). i() -> ok.", []), ?P(code:atomic_load([{onl2, "x", C2}])), [t:unload(M) || {M, _} <- Ms], ?P(erlang:has_prepared_code_on_load(erlang:prepare_loading(onl2, C2))), ?P(is_reference(erlang:prepare_loading(onl2, C2))), ?P(erlang:prepare_loading(onl2, <<"x">>)).
