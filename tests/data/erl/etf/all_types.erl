-module(all_types).
-export([main/0]).
-include("../../t.hrl").

main() ->
    Ts = [0, 1, 255, 256, -1, -256, 2147483647, -2147483648, 2147483648, -2147483649, 134217727, 134217728, (1 bsl 59), 1 bsl 64, -(1 bsl 64), 1 bsl 2040, 1 bsl 2048, 0.0, 1.5, -1.0e300, '', a, 'é', 'Ω', [], [1], "abc", [a | b], [1, 256], lists:duplicate(10, {x}), {}, {a}, <<>>, <<"bin">>, <<1:3>>, <<1, 2:9>>, #{}, #{a => 1}, fun lists:map/2, true, [[[]]], list_to_tuple(lists:seq(1, 300)), #{1 => #{2 => []}}],
    [begin B = term_to_binary(T), true = binary_to_term(B) =:= T, io:format("~0P ~0P~n", [T, 12, B, 30]) end || T <- Ts], ?P(binary_to_term(term_to_binary(self())) =:= self()), R = make_ref(), ?P(binary_to_term(term_to_binary(R)) =:= R), ?P(erlang:external_size({a, 1}) >= byte_size(term_to_binary({a, 1}))).
