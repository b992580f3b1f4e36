%% A class given to erlang:raise/3 survives `after`, and further handlers on its way.
-module(raise_keeps_class).
-export([main/0]).

main() ->
    Traces = [[], [{m, f, 2, []}], [{m, f, [a], [{line, 3}]}, {n, g, 0, []}]],
    [show(Class, Trace) || Class <- [error, exit, throw], Trace <- Traces],
    [changed(From, To) || From <- [error, exit, throw], To <- [error, exit, throw]],
    %% A process that ends so.
    [ended(Class) || Class <- [error, exit, throw]],
    ok.

show(Class, Trace) ->
    t:p(plain, seen(fun() -> erlang:raise(Class, reason, Trace) end)),
    t:p('after', seen(fun() -> with_after(fun() -> erlang:raise(Class, reason, Trace) end) end)),
    t:p(of_other_class, seen(fun() -> passing(fun() -> erlang:raise(Class, reason, Trace) end) end)),
    t:p('catch', (catch with_after(fun() -> erlang:raise(Class, reason, Trace) end))).

with_after(F) ->
    try F() after t:id(self()) ! done, receive done -> ok end end.

passing(F) ->
    try F() catch error:never -> 1; throw:never -> 2; exit:never -> 3 end.

seen(F) ->
    try F() catch C:R:S -> {C, R, S} end.

%% Another class for a trace that the machine took.
changed(From, To) ->
    F = fun() ->
        try fail(From) catch _:R:S -> erlang:raise(t:id(To), {again, R}, S) end
    end,
    {Class, Reason, [{?MODULE, Function, Arity, _} | _]} = seen(fun() -> with_after(F) end),
    t:p({From, To}, {Class, Reason, Function, Arity}).

fail(error) -> error(why), 1;
fail(exit) -> exit(why), 1;
fail(throw) -> throw(why), 1.

ended(Class) ->
    {P, Ref} = spawn_monitor(fun() -> with_after(fun() -> erlang:raise(Class, t:id(reason), [{m, f, 2, []}]) end) end),
    receive {'DOWN', Ref, process, P, Reason} -> t:p(ended, Reason) end.
