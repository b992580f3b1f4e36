-module(many_arguments).
-export([main/0]).
-include("../../t.hrl").

main() ->
    ?P(a255()), L = lists:seq(1, 20), ?P(apply(fun f20/20, L)), F = fun(A1, A2, A3, A4, A5, A6, A7, A8, A9, A10) -> {A10, A9, A8, A7, A6, A5, A4, A3, A2, A1} end, ?P(F(1, 2, 3, 4, 5, 6, 7, 8, 9, 10)), ?P(rot(10, 1, 2, 3, 4, 5, 6, 7)).

f20(A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P, Q, R, S, T) -> [T, S, R, Q, P, O, N, M, L, K, J, I, H, G, F, E, D, C, B, A].
rot(0, A, B, C, D, E, F, G) -> {A, B, C, D, E, F, G};
rot(N, A, B, C, D, E, F, G) -> rot(N - 1, B, C, D, E, F, G, A).
a255() ->
    Vars = [{var, 1, list_to_atom("V" ++ integer_to_list(I))} || I <- lists:seq(1, 255)],
    Body = lists:foldl(fun(V, Acc) -> {op, 1, '+', V, Acc} end, {integer, 1, 0}, Vars),
    {ok, m255, Code} = compile:forms([{attribute, 1, module, m255}, {attribute, 1, export, [{f, 255}]}, {function, 1, f, 255, [{clause, 1, Vars, [], [Body]}]}], []),
    {module, m255} = code:load_binary(m255, "m255", Code),
    R = apply(m255, f, lists:seq(1, 255)), t:unload(m255), R.
