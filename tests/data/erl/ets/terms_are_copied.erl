-module(terms_are_copied).
-export([main/0]).
-include("../../t.hrl").

main() ->
    T = ets:new(t, []), Big = lists:seq(1, 10000), B = binary:copy(<<"x">>, 1000), ets:insert(T, {k, Big, B, fun() -> Big end, #{m => {1.5, 1 bsl 80}}}), [{k, A, B2, F, M}] = ets:lookup(T, k), ?P({A =:= Big, B2 =:= B, F() =:= Big, M}), erlang:garbage_collect(), ?P(length(ets:lookup_element(T, k, 2))), C = ets:new(c, [compressed]), ets:insert(C, {k, Big, B, "text", M}), ?P(ets:lookup(C, k) =:= [{k, Big, B, "text", M}]), ?P(ets:match(C, {k, '_', '_', '$1', '_'})), ?P(ets:lookup_element(C, k, 4)), ets:update_element(C, k, {4, changed}), ?P(ets:lookup_element(C, k, 4)), ets:insert(C, {n, 5}), ?P(ets:update_counter(C, n, 3)), S = ets:new(s, []), <<_:3, Sub:20/bits, _/bits>> = ?I(<<"abcdef">>), ets:insert(S, {Sub, [Sub]}), ?P(ets:lookup(S, Sub)), ?P(ets:member(S, <<Sub/bits>>)).
