-module(shared_and_funs).
-export([main/0]).
-include("../../t.hrl").

main() ->
    X = lists:seq(1, 100), S = lists:duplicate(50, X), ?P(byte_size(term_to_binary(S))), ?P(erts_debug:flat_size(S)), ?P(erts_debug:size(S)), F = fun(Y) -> {X, Y} end, G = binary_to_term(term_to_binary(F)), ?P(G =:= F), ?P(G(1) =:= F(1)), ?P(erlang:fun_info(G, arity)), H = binary_to_term(term_to_binary({F, [F]})), ?P(H =:= {F, [F]}), ?P(binary_to_term(term_to_binary(fun nomod:nofun/7))), B = binary:copy(<<"a">>, 200), ?P(binary:referenced_byte_size(binary_to_term(term_to_binary(B)))), {P, Q} = binary_to_term(term_to_binary({B, B})), ?P(P =:= Q).
