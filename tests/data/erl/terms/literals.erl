%% Literals are shared, survive messages and purges, and compare as others do.
-module(literals).
-export([main/0]).
-include("../../t.hrl").

main() ->
    A = lit(), B = lit(), ?P(erts_debug:same(A, B)), Me = self(), spawn(fun() -> Me ! lit() end), receive C -> ?P(erts_debug:same(A, C)) end, M = t:load("-module(literals_m). -export([f/0]). f() -> {literal, [1,2,3], #{a => \"text\"}, <<\"binary literal that is longer than sixty-four bytes, so that it is counted\">>, 1.5, 123456789012345678901234567890}.", []), X = apply(M, f, []), P = spawn(fun() -> Y = apply(M, f, []), Me ! ready, receive go -> Me ! {from, Y} end end), receive ready -> ok end, ?P(code:delete(M)), ?P(code:soft_purge(M)), ?P(code:purge(M)), P ! go, receive {from, Z} -> ?P(Z =:= X) after 1000 -> ?P(killed) end, ?P(X), erlang:garbage_collect(), ?P(element(2, X)), ?P(big_tuple_literal(7)).

lit() -> {a, [literal], "in", #{the => module}}.
big_tuple_literal(N) -> element(N, {a, b, c, d, e, f, g, h}).
