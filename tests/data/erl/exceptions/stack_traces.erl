%% Module, function, arity or arguments, and line of every frame.
-module(stack_traces).
-export([main/0]).
-include("../../t.hrl").

main() ->
    ?P(t:st(fun() -> one(1) end)),
    ?P(t:st(fun() -> lists:map(fun(X) -> X + ?I(a) end, [1]) end)),
    ?P(t:st(fun() -> two({x}) end)),
    ?P(t:st(fun() -> three(?I([])) end)),
    ?P(t:st(fun() -> tail(3) end)),
    ?P(t:st(fun() -> lists:foldl(fun(_, _) -> element(?I(5), {a}) end, 0, [1]) end)),
    ?P(t:st(fun() -> no_such_module:f(1, 2) end)),
    ?P(t:st(fun() -> lists:no_such_function(1) end)),
    ?P(t:st(fun() -> (?I(fun lists:nope/1))(1) end)),
    ?P(t:st(fun() -> apply(?I(stack_traces), nope, [a]) end)).

one(X) ->
    Y = two(X),
    {Y}.

two(X) when is_integer(X) ->
    Z = 1 + three([X]),
    Z.

three([_ | _] = L) ->
    case t:id(L) of
        [] -> 0;
        _ -> error(deep)
    end.

tail(0) ->
    exit(from_tail);
tail(N) ->
    tail(N - 1).
