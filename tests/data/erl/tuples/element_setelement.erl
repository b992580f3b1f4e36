-module(element_setelement).
-export([main/0]).
-include("../../t.hrl").

main() ->
    T = ?I({a, b, c}),
    ?P([element(I, T) || I <- [1, 2, 3]]), ?P(setelement(?I(2), T, x)), ?P(T), ?P(tuple_size(T)), ?P(erlang:append_element(T, d)), ?P(erlang:delete_element(1, T)), ?P(erlang:delete_element(3, T)), ?P(erlang:insert_element(1, T, z)), ?P(erlang:insert_element(4, T, z)), ?P(erlang:make_tuple(3, x)), ?P(erlang:make_tuple(4, d, [{2, a}, {4, b}, {2, c}])), ?P(erlang:make_tuple(0, x)),
    ?X(setelement(?I(0), T, x)), ?X(setelement(?I(4), T, x)), ?X(setelement(?I(1), ?I([]), x)), ?X(setelement(?I(a), T, x)), ?X(setelement(?I(1 bsl 64), T, x)), ?X(element(?I(1 bsl 64), T)), ?X(erlang:append_element(?I(a), d)), ?X(erlang:delete_element(4, T)), ?X(erlang:delete_element(0, T)), ?X(erlang:insert_element(5, T, z)), ?X(erlang:make_tuple(-1, x)), ?X(erlang:make_tuple(?I(a), x)), ?X(erlang:make_tuple(2, x, [{3, a}])), ?X(erlang:make_tuple(2, x, [a])), ?X(erlang:make_tuple(2, x, ?I(b))), ?X(erlang:make_tuple(1 bsl 24, x)), ?P(tuple_size(erlang:make_tuple((1 bsl 24) - 1, x))).
