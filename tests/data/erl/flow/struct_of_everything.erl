%% A small interpreter: data-directed dispatch over tuples, maps, binaries and closures at once.
-module(struct_of_everything).
-export([main/0]).
-include("../../t.hrl").

main() ->
    Prog = {seq, [{set, x, {int, 10}}, {set, acc, {int, 1}}, {while, {gt, {var, x}, {int, 0}}, {seq, [{set, acc, {mul, {var, acc}, {var, x}}}, {set, x, {sub, {var, x}, {int, 1}}}]}}, {print, {var, acc}}, {set, f, {lambda, [n], {'if', {gt, {int, 2}, {var, n}}, {var, n}, {add, {call, {var, f}, [{sub, {var, n}, {int, 1}}]}, {call, {var, f}, [{sub, {var, n}, {int, 2}}]}}}}}, {print, {call, {var, f}, [{int, 15}]}}, {'try', {print, {'div', {int, 1}, {int, 0}}}, {print, {str, "caught"}}}]}, {_, Out} = run(Prog, #{}, []), [?P(O) || O <- lists:reverse(Out)], ?P(asm(<<1, 5, 1, 7, 2, 3, 0>>, [])), ?P(asm(<<1, 200, 4, 1, 1, 2, 3, 0>>, [])), ?X(asm(<<9>>, [])), ?X(asm(<<2>>, [])).

run({seq, L}, E, O) -> lists:foldl(fun(S, {E1, O1}) -> run(S, E1, O1) end, {E, O}, L);
run({set, V, X}, E, O) -> {E#{V => eval(X, E)}, O};
run({while, C, B} = W, E, O) -> case eval(C, E) of true -> {E1, O1} = run(B, E, O), run(W, E1, O1); false -> {E, O} end;
run({print, X}, E, O) -> {E, [eval(X, E) | O]};
run({'try', A, B}, E, O) -> try run(A, E, O) catch error:badarith -> run(B, E, O) end.
eval({int, I}, _) -> I; eval({str, S}, _) -> list_to_binary(S); eval({var, V}, #{} = E) -> map_get(V, E);
eval({Op, A, B}, E) when Op =:= add; Op =:= sub; Op =:= mul; Op =:= 'div'; Op =:= gt -> op(Op, eval(A, E), eval(B, E));
eval({'if', C, A, B}, E) -> case eval(C, E) of true -> eval(A, E); false -> eval(B, E) end;
eval({lambda, Ps, B}, _) -> fun(As, E) -> eval(B, maps:merge(E, maps:from_list(lists:zip(Ps, As)))) end;
eval({call, F, As}, E) -> (eval(F, E))([eval(A, E) || A <- As], E).
op(add, A, B) -> A + B; op(sub, A, B) -> A - B; op(mul, A, B) -> A * B; op('div', A, B) -> A div B; op(gt, A, B) -> A > B.
asm(<<0, _/binary>>, S) -> S; asm(<<1, N, R/binary>>, S) -> asm(R, [N | S]); asm(<<2, R/binary>>, [A, B | S]) -> asm(R, [A + B | S]); asm(<<3, R/binary>>, [A | S]) -> asm(R, [A * A | S]); asm(<<4, N:4/signed, _:4, R/binary>>, [A | S]) -> asm(R, [A bsr N, A | S]).
