-module(depth_limited).
-export([main/0]).
-include("../../t.hrl").

main() ->
    L = lists:seq(1, 100), T = {a, {b, {c, {d, {e}}}}}, [io:format("~P ~W~n", [X, D, X, D]) || X <- [L, T, "string text", <<"binary text">>, #{1 => 2, 3 => 4}, {1, 2, 3, 4, 5}, [a | b], [[[[x]]]]], D <- [0, 1, 2, 3, 4, 10]], io:format("~tP~n", ["åäö€", 5]), ?P(io_lib:format("~s", [io_lib:write(L, 5)])), ?P(lists:flatten(io_lib:print(T, 1, 20, 3))), ?P(lists:flatten(io_lib:format("~p", [T], [{chars_limit, 10}]))), ?P(lists:flatten(io_lib:format("~p ~w", [L, L], [{chars_limit, 30}]))).
