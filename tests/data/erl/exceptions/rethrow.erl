-module(rethrow).
-export([main/0]).
-include("../../t.hrl").

main() ->
    ?P(t:st(fun() -> a(1) end)), ?P(t:st(fun() -> b(1) end)), ?P(t:st(fun() -> c(1) end)), ?P(t:st(fun() -> d(1) end)).

x(N) -> error({x, N}).
a(N) ->
    try x(N) catch C:R:S -> erlang:raise(C, R, S) end.
b(N) ->
    try x(N) catch throw:_ -> ok end.
c(N) ->
    try x(N) of V -> V after ok end.
d(N) ->
    try x(N)
    catch C:R:S when R =:= nope -> erlang:raise(C, R, S)
    end.
