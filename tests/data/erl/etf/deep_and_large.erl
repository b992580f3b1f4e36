-module(deep_and_large).
-export([main/0]).
-include("../../t.hrl").

main() ->
    Deep = lists:foldl(fun(_, A) -> [A] end, [], lists:seq(1, 500000)), B = term_to_binary(Deep), ?P(byte_size(B)), ?P(binary_to_term(B) =:= Deep), T = lists:foldl(fun(I, A) -> {I, A} end, x, lists:seq(1, 300000)), ?P(binary_to_term(term_to_binary(T)) =:= T), M = lists:foldl(fun(_, A) -> #{k => A} end, x, lists:seq(1, 100000)), ?P(binary_to_term(term_to_binary(M)) =:= M), L = [{I, integer_to_binary(I), float(I)} || I <- lists:seq(1, 50000)], C = term_to_binary(L, [compressed]), ?P(binary_to_term(C) =:= L), ?P(erlang:external_size(L) >= byte_size(term_to_binary(L))), ?P(byte_size(term_to_binary(lists:duplicate(65536, 1)))), ?P(byte_size(term_to_binary(lists:duplicate(65535, 1)))), ?P(erlang:phash2(Deep)), ?P(erts_debug:flat_size(T)).
