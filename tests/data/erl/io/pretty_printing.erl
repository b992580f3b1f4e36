-module(pretty_printing).
-export([main/0]).

main() ->
    T = {record, lists:seq(1, 40), [{key, I, lists:duplicate(I, $x)} || I <- lists:seq(1, 12)], #{1 => {nested, [a, b, c], "text"}, 2 => lists:seq(100, 130)}},
    io:format("~p~n", [T]), io:format("~20p~n", [{a, [b, c, d], "some text here", {e, f}}]), io:format("~40p|~n", [T]), io:format("~0p~n", [T]), io:format("~1p~n", [{a, [b]}]), io:format("xxxxxxxxxx~p~n", [lists:seq(1, 40)]), io:format("~10.20p~n", [[aaaa, bbbb, cccc]]), io:format("~p~n", [lists:duplicate(30, "ab")]), io:format("~p~n", [lists:seq($a, $z) ++ [0]]), io:format("~p~n", [lists:flatten(lists:duplicate(30, "line "))]), io:format("~p~n", ["with \"quotes\" and \\ \n \t \e \d \0"]), io:format("~p~n", [[[[[[deep]]]]]]), io:format("~p~n", [{{{{}}}}]), io:format("~lp ~p~n", ["abc", []]), io:format("~p~n", [[<<"a">>, <<1>>, <<"long binary text that goes on and on and on until it must be broken somewhere">>]]), io:format("~p~n", [fun lists:map/2]), io:format("~p~n", [[1 | 2]]), io:format("~p~n", [#{1 => #{2 => #{3 => lists:seq(1, 30)}}}]).
