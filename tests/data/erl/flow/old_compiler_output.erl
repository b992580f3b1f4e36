%% compile: no_copt, no_postopt, no_ssa_opt
%% The same work with none of the compiler's optimisations: other instructions, other frames.
-module(old_compiler_output).
-export([main/0]).
-include("../../t.hrl").

main() ->
    ?P(f(?I(5))), ?P([g(X) || X <- [1, a, {ok, 2}, [1, 2], <<1, 2, 3>>, #{k => v}, 2.0]]), ?P(h([3, 1, 2])), ?X(g(?I("zz" ++ x))), ?P(lists:map(fun({A, B}) -> A * B end, [{1, 2}, {3, 4}])), ?P(try throw(a) catch throw:X -> {caught, X} after ok end), ?P(catch error(x_y) =/= ok), ?P(receive never -> x after 5 -> timeout end), ?P(<<(?I(7)):3, (?I(1)):5, "ab">>), ?P(case ?I(1) + 1 > 1 andalso true of true -> yes; false -> no end).

f(0) -> [zero]; f(N) when N > 0, N < 100 -> [N | f(N - 1)].
g(1) -> one; g(a) -> atom; g({ok, X}) -> X + 1; g([H | _]) when is_integer(H) -> {h, H}; g(<<A, B/binary>>) -> {A, B}; g(#{k := V}) -> V; g(F) when is_float(F) -> F * 1.5 + 1.0.
h(L) -> [X || X <- lists:sort(L), X =/= 2] ++ [begin Y = X * X, Y end || X <- L].
