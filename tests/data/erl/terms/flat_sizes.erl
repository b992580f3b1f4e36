%% Heap words of every type, as process memory and message sizes depend on them.
-module(flat_sizes).
-export([main/0]).
-include("../../t.hrl").

main() ->
    [io:format("~0P ~w ~w~n", [T, 8, erts_debug:flat_size(T), erts_debug:size(T)]) || T <- [1, a, [], (1 bsl 59) - 1, 1 bsl 59, 1 bsl 64, 1 bsl 128, 1.5, [1], [1, 2], {}, {1}, {1, 2}, #{}, #{a => 1}, #{1 => a, 2 => b}, <<>>, <<1>>, <<1, 2, 3, 4, 5, 6, 7, 8, 9>>, binary:copy(<<1>>, 64), fun lists:map/2, "abc", [[[]]], {{}, {}}, [a | b], list_to_tuple(lists:seq(1, 100)), maps:from_list([{I, I} || I <- lists:seq(1, 32)])]], ?P(erts_debug:flat_size(make_ref())), ?P(erts_debug:flat_size(self())), X = ?I(1), Y = ?I({X}), ?P(erts_debug:flat_size({Y, Y})), ?P(erts_debug:size({Y, Y})), ?P(erts_debug:flat_size(fun() -> Y end) > 3), ?P(erts_debug:same(Y, Y)), ?P(erts_debug:same(?I({1}), ?I({2}))).
