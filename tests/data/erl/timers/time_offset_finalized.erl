%% flags: +C single_time_warp
-module(time_offset_finalized).
-export([main/0]).

%% Who watches the time offset is told when it becomes final, even if it stays nearly what it was; but once.
main() ->
    R1 = erlang:monitor(time_offset, clock_service),
    R2 = erlang:monitor(time_offset, clock_service),
    R3 = erlang:monitor(time_offset, clock_service),
    demonitor(R2),
    io:format("~p~n", [erlang:system_info(time_offset)]),
    io:format("~p~n", [receive M -> M after 0 -> none end]),
    io:format("~p~n", [erlang:system_flag(time_offset, finalize)]),
    io:format("~p~n", [[receive {'CHANGE', R, T, C, O} -> {T, C, O =:= erlang:time_offset()} after 10000 -> lost end || R <- [R1, R3]]]),
    io:format("~p~n", [{erlang:system_flag(time_offset, finalize), erlang:system_info(time_offset)}]),
    io:format("~p~n", [receive Other -> Other after 200 -> none end]).
