%% number < atom < reference < fun < port < pid < tuple < map < nil < list < bitstring
-module(term_order).
-export([main/0]).
-include("../../t.hrl").

main() ->
    [Port | _] = erlang:ports(),
    Ts = [{number, 1}, {atom, a}, {ref, make_ref()}, {'fun', fun() -> ok end}, {port, Port}, {pid, self()}, {tuple, {}}, {map, #{}}, {nil, []}, {list, [a]}, {bits, <<>>}],
    ?P([[A || {A, X} <- Ts, X < Y] || {_, Y} <- Ts]),
    ?P([N || {_, N} <- lists:sort([{X, N} || {N, X} <- lists:reverse(Ts)])]),
    ?P([N || {_, N} <- lists:keysort(1, [{X, N} || {N, X} <- Ts])]),
    ?P(lists:sort(fun(A, B) -> A >= B end, [3, a, {}, [], <<>>, 1.5, "x", #{}])).
