%% erlang:raise/3 with a class that is none returns badarg, in a handler too, where the compiler makes an instruction of it.
-module(raise_of_no_class).
-export([main/0]).

main() ->
    t:p(in_handler(fun() -> error(a) end)),
    t:p(catch in_handler(fun() -> throw(b) end)),
    t:p(by_call(t:id(none))).

in_handler(Fun) ->
    try Fun() catch _:Reason:Trace -> erlang:raise(bad_class, Reason, Trace) end.

by_call(Class) -> erlang:raise(Class, reason, []).
