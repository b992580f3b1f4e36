%% since: 29
%% Generators side by side, of lists, binaries and maps, that give a binary: the compiler goes on with what it appends to.
-module(zipped_binaries).
-export([main/0]).

main() ->
    Bytes = t:id(<<4, 5, 6>>),
    List = t:id([1, 2, 3]),
    t:p(<< <<(X + Y)>> || X <- List && <<Y>> <= Bytes >>),
    t:p(<< <<X:16, Y:4>> || X <- List && <<Y>> <= Bytes >>),
    t:p(<< <<X/utf8>> || X <- List && Y <- [a, b, c], Y =/= b >>),
    t:p(<< <<(Y * Z)>> || _ := Y <- #{1 => 2, 2 => 3, 3 => 4} && Z <- List >>),
    t:p(<< <<X>> || <<X>> <= Bytes && <<Y>> <= Bytes, X > 4, Y > 4 >>),
    t:p(<< <<X, Y>> || X <- List && Y <- List, _ <- [1, 2] >>),
    t:p(byte_size(<< <<X:32>> || X <- lists:seq(1, 5000) && _ <- lists:seq(1, 5000) >>)),
    t:x(fun() -> << <<X, Y>> || X <- List && <<Y>> <= <<1, 2>> >> end),
    t:x(fun() -> << <<X, Y>> || X <- [1, 2, 300] && Y <:- [1, 2, a] >> end).
