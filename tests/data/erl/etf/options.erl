-module(options).
-export([main/0]).
-include("../../t.hrl").

main() ->
    T = {lists:duplicate(1000, a), "text", 1.5, 'é'}, ?P(byte_size(term_to_binary(T))), C = term_to_binary(T, [compressed]), ?P(binary:part(C, 0, 6)), ?P(byte_size(C) < 200), ?P(binary_to_term(C) =:= T), ?P([binary_to_term(term_to_binary(T, [{compressed, L}])) =:= T || L <- [0, 1, 6, 9]]), ?P(term_to_binary(1.5, [{minor_version, 0}])), ?P(term_to_binary(1.5, [{minor_version, 1}])), ?P(term_to_binary('é', [{minor_version, 1}])), ?P(term_to_binary('é', [{minor_version, 2}])), ?P(term_to_binary(abc, [{minor_version, 2}])), ?P(binary_to_term(term_to_binary(0.1, [{minor_version, 0}]))), ?P(term_to_binary(a, [compressed])), ?P(binary_to_term(<<131, 97, 1, "trailing">>, [used])), ?P(term_to_iovec([a, b])), ?P(iolist_to_binary(term_to_iovec(T)) =:= term_to_binary(T)), ?P(erlang:external_size(T)), ?P(erlang:external_size(1.5, [{minor_version, 0}])), ?P(term_to_binary(#{b => 1, a => 2, 3 => c}, [deterministic])), ?X(term_to_binary(a, [foo])), ?X(term_to_binary(a, [{compressed, 10}])), ?X(term_to_binary(a, [{minor_version, 3}])), ?X(binary_to_term(<<131, 97, 1>>, [foo])), ?X(term_to_binary(a, ?I(x))).
