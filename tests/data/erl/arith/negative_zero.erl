-module(negative_zero).
-export([main/0]).
-include("../../t.hrl").

main() ->
    Z = ?I(0.0), N = ?I(-0.0),
    ?P(Z == N), ?P(Z =:= N), ?P(Z =/= N), ?P({Z} =:= {N}), ?P(Z < N), ?P(N < Z), ?P(N), ?P(<<N/float>>), ?P(1 / ?I(-1.0e300) * 1.0e-300),
    ?P(is(Z)), ?P(is(N)), ?P(is(0)), ?P(maps:is_key(N, #{Z => 1})), ?P(lists:member(N, [Z])), ?P(lists:keyfind(N, 1, [{Z, z}])),
    ?P(erlang:phash2(N) =:= erlang:phash2(Z)), ?P(N * 1), ?P(N + 0), ?P(abs(N)), ?P(float_to_list(N, [short])), ?P(float_to_binary(N, [{decimals, 2}])),
    ?P(ets_keys(set)), ?P(ets_keys(ordered_set)), ?P(trunc(N)), ?P(round(?I(-0.3))), ?P(term_to_binary(N)).

is(F) when F =:= 0.5 -> half;
is(F) when F == 0.0 -> zero;
is(_) -> other.
ets_keys(Type) ->
    T = ets:new(t, [Type]),
    ets:insert(T, {?I(0.0), a}), ets:insert(T, {?I(-0.0), b}),
    length(ets:tab2list(T)).
