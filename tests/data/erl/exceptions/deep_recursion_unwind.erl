%% Unwinding a long stack, and a try at its bottom; stack frames with live values.
-module(deep_recursion_unwind).
-export([main/0]).
-include("../../t.hrl").

main() ->
    ?P(t:r(fun() -> deep(200000) end)), ?P(count(100000, 0)), ?X(nest(2000)), ?P(erlang:phash2(catch deep(1000))).

deep(0) -> throw(bottom);
deep(N) -> [N | deep(N - 1)].
count(0, A) -> A;
count(N, A) -> try throw(N) catch throw:X when X > 0 -> count(N - 1, A + 1) end.
nest(0) -> throw({n, 0});
nest(N) -> try nest(N - 1) catch throw:{n, X} -> throw({n, X + 1}); throw:Y -> Y after put(nest, N) end.
