%% Integer keys only: their order is the same in all small maps.
-module(printed_maps).
-export([main/0]).
-include("../../t.hrl").

main() ->
    M = #{3 => c, 1 => a, 2 => #{}},
    io:format("~p ~w ~0p ~P~n", [M, M, M, M, 3]), io:format("~p~n", [#{1 => lists:seq(1, 30), 2 => "string", 3 => <<"binary">>}]), io:format("~s~n", [io_lib:format("~p", [#{{key, 1} => [a, b]}])]), ?P(io_lib:format("~w", [#{1.5 => [], 2 => $a}])), io:format("~W ~W~n", [M, 2, M, 4]).
