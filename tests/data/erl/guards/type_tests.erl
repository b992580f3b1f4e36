-module(type_tests).
-export([main/0]).

main() ->
    {ok, Port} = {ok, hd(erlang:ports())},
    Vs = [{small, 1}, {big, 1 bsl 70}, {float, 1.5}, {atom, a}, {true, true}, {nil, []}, {list, [1]}, {improper, [1 | 2]}, {tuple, {a}}, {empty, {}}, {bin, <<"x">>}, {bits, <<1:3>>}, {map, #{}}, {pid, self()}, {ref, make_ref()}, {port, Port}, {'fun', fun() -> ok end}, {fun1, fun(_) -> ok end}, {ext, fun lists:map/2}],
    [t:p(N, guard(V)) || {N, V} <- Vs],
    [t:p({body, N}, body(V)) || {N, V} <- Vs].

guard(X) ->
    [N || {N, true} <- [{int, if is_integer(X) -> true; true -> false end}, {float, if is_float(X) -> true; true -> false end}, {number, if is_number(X) -> true; true -> false end},
        {atom, if is_atom(X) -> true; true -> false end}, {boolean, if is_boolean(X) -> true; true -> false end}, {list, if is_list(X) -> true; true -> false end}, {tuple, if is_tuple(X) -> true; true -> false end},
        {binary, if is_binary(X) -> true; true -> false end}, {bitstring, if is_bitstring(X) -> true; true -> false end}, {map, if is_map(X) -> true; true -> false end}, {pid, if is_pid(X) -> true; true -> false end},
        {reference, if is_reference(X) -> true; true -> false end}, {port, if is_port(X) -> true; true -> false end}, {function, if is_function(X) -> true; true -> false end}, {function1, if is_function(X, 1) -> true; true -> false end}, {function2, if is_function(X, 2) -> true; true -> false end}]].
body(X) ->
    [is_integer(X), is_float(X), is_number(X), is_atom(X), is_boolean(X), is_list(X), is_tuple(X), is_binary(X), is_bitstring(X), is_map(X), is_pid(X), is_reference(X), is_port(X), is_function(X), is_function(X, 1)].
