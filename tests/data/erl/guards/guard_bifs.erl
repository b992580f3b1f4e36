-module(guard_bifs).
-export([main/0]).
-include("../../t.hrl").

main() ->
    [t:p(X, [safe(F, X) || F <- [length, size, tuple_size, byte_size, bit_size, map_size, hd, tl, abs, trunc, round, floor, ceil, float, node]]) || X <- ?I([[], [1, 2], [a | b], {a, b}, {}, <<1, 2:4>>, <<"abc">>, #{a => 1}, 5, -5, 2.5, -2.5, a, node()])],
    ?P([element(N, {a, b, c}) || N <- ?I([1, 2, 3])]), ?X(element(?I(0), {a})), ?X(element(?I(2), {a})), ?X(element(?I(1), a)), ?X(element(?I(1.0), {a})), ?X(element(?I(-1), {a})),
    ?X(map_get(a, ?I(#{b => 1}))), ?X(map_get(a, ?I(x))), ?X(is_map_key(a, ?I(x))), ?X(is_function(?I(x), ?I(-1))), ?X(is_function(?I(x), a)), ?X(binary_part(?I(<<"abc">>), 1, 2)), ?X(binary_part(?I(<<"abc">>), 1, 3)), ?X(binary_part(?I(<<"abc">>), {3, -2})), ?X(is_record(?I({r, 1}), ?I(r), 2)), ?X(is_record(?I({r, 1}), ?I(1))), ?X(min(?I(a), 1)), ?X(max(?I(a), 1)), ?X(node(?I(x))), ?X(size(?I(x))).

safe(F, X) -> try erlang:F(X) of V when V =:= node(); is_number(V); is_list(V); is_atom(V) -> V; V -> V catch error:R -> R end.
