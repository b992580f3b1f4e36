-module(phash2).
-export([main/0]).
-include("../../t.hrl").

main() ->
    Ts = [0, 1, -1, 255, 134217727, 134217728, -134217728, -134217729, (1 bsl 59) - 1, 1 bsl 59, 1 bsl 64, -(1 bsl 64), 1 bsl 2000, 0.0, -0.0, 1.0, 1.5, 1.0e300, a, ab, '', 'é', 'Ω', [], [1], "abc", "long string of characters", [a, b], [a | b], [1, 256], {}, {a}, {a, b}, {{}}, <<>>, <<1>>, <<"abc">>, <<"twelve bytes">>, <<"thirteen byte">>, <<1:1>>, <<5:3>>, <<"abc", 1:4>>, #{}, #{a => 1}, #{1 => a, 2 => b, 3 => c}, fun lists:map/2, fun lists:map/3, lists:seq(1, 300), list_to_tuple(lists:seq(1, 300)), binary:copy(<<"x">>, 100000)],
    [io:format("~0P ~w ~w ~w~n", [T, 10, erlang:phash2(T), erlang:phash2(T, 1 bsl 32), erlang:phash2(T, 1000)]) || T <- Ts], ?P(erlang:phash2(maps:from_list([{I, I} || I <- lists:seq(1, 100)]))), ?P(erlang:phash2(1, 1)), ?X(erlang:phash2(a, 0)), ?X(erlang:phash2(a, (1 bsl 32) + 1)), ?X(erlang:phash2(a, ?I(x))), <<_:5, S/bits>> = ?I(<<0:5, "abc", 1:4>>), ?P(erlang:phash2(S) =:= erlang:phash2(<<"abc", 1:4>>)), ?P(erlang:phash2(#{a => 1, b => 2}) =:= erlang:phash2(#{b => 2, a => 1})).
