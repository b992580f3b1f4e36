%% own_vm
-module(display).
-export([main/0]).

main() ->
    [erlang:display(X) || X <- [a, 'A b', '', "str", [], [1, 2], [1 | 2], {}, {a, {b}}, 1, -1, 1 bsl 70, 1.5, -0.0, 1.0e100, <<>>, <<"bin">>, <<1, 2:3>>, <<0, 255>>, #{}, #{1 => a}, fun lists:map/2, [[a, [b]]], "with \"q\"\n", 'é', [$a, 0], [a | "str"], {"", <<"x">>}, lists:seq(1, 30)]], erlang:display(erlang:display(x)), erlang:display_string("raw\n"), erlang:display_string("more " ++ [10]), erlang:display(true).
