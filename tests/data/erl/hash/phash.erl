-module(phash).
-export([main/0]).
-include("../../t.hrl").

main() ->
    [io:format("~0P ~w ~w~n", [T, 10, erlang:phash(T, 1 bsl 32), erlang:phash(T, 100)]) || T <- [0, 1, -1, 1 bsl 27, 1 bsl 70, -(1 bsl 70), 0.0, 1.0, 1.5, a, 'é', [], [1], "abc", [a, b], [a | b], {}, {a, b}, <<>>, <<"abc">>, <<5:3>>, #{}, #{a => 1}, fun lists:map/2, lists:seq(1, 300), binary:copy(<<"x">>, 1000)]], ?X(erlang:phash(a, 0)), ?X(erlang:phash(a, ?I(b))).
