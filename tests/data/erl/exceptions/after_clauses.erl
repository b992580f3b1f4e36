-module(after_clauses).
-export([main/0]).
-include("../../t.hrl").

main() ->
    [begin put(log, []), R = t:r(fun() -> f(W) end), t:p(W, {R, lists:reverse(get(log))}) end || W <- [ok, throw, error, exit, after_throws, after_and_body_throw, nested, of_throws, catch_throws]], ?P(g(3)).

l(X) -> put(log, [X | get(log)]).
f(ok) -> try l(body), 1 after l(aft), 2 end;
f(throw) -> try throw(x) after l(aft) end;
f(error) -> try error(x) catch error:x -> l(c), caught after l(aft) end;
f(exit) -> try exit(x) catch error:_ -> no after l(aft) end;
f(after_throws) -> try 1 after throw(from_after) end;
f(after_and_body_throw) -> try throw(body) after throw(from_after) end;
f(nested) -> try try error(deep) after l(inner) end catch error:deep -> l(outer), ok after l(last) end;
f(of_throws) -> try 1 of 1 -> l('of'), throw(in_of) catch throw:in_of -> never after l(aft) end;
f(catch_throws) -> try throw(a) catch throw:a -> l(c), throw(b) after l(aft) end.
g(0) -> 0;
g(N) -> try g(N - 1) + N after put({g, N}, 1) end.
