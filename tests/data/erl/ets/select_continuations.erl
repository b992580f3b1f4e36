%% A chunk that is full ends a walk only at the table's last slot; what a continuation of a table that is gone says.
-module(select_continuations).
-export([main/0]).

main() ->
    Pattern = [{{'$1', 22}, [], ['$1']}],
    T = ets:new(t, []),
    ets:insert(T, [{K, K * 11} || K <- lists:seq(1, 3)]),
    {Found, Continuation} = ets:select(T, Pattern, 1),
    t:p(Found),
    t:p(ets:select(Continuation)),
    ets:delete(T),
    t:x(fun() -> ets:select(Continuation) end),
    Named = ets:new(named, [named_table]),
    ets:insert(Named, [{K, 22} || K <- [1, 2, 4]]),
    {Two, Rest} = ets:select(named, Pattern, 2),
    ets:rename(named, other),
    {One, End} = ets:select(Rest),
    t:p({length(Two), lists:sort(Two ++ One), End}),
    ets:delete(other),
    ets:new(named, [named_table]),
    t:x(fun() -> ets:select(Rest) end).
