#!/usr/bin/env escript
-mode(compile).
-record(point, {x, y}).
-define(TWICE(X), (X) * 2).
main([]) ->
    P = #point{x = 1, y = ?TWICE(21)},
    io:format("~p~n", [P#point.y]),
    try helper(P)
    catch error:function_clause:Trace -> {_, F, A, _} = hd(Trace), io:format("~p ~p~n", [F, A])
    end.
helper(#point{x = 2}) -> ok.
