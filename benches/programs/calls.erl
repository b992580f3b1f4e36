%% What does a call of a local function cost, with little else around it?
-module(calls).
-export([scale/0, run/1]).

scale() -> 120.

run(0) -> 0;
run(Rounds) -> fib(27) + tak(18, 12, 6) + ackermann(2, 300) + run(Rounds - 1).

fib(N) when N < 2 -> N;
fib(N) -> fib(N - 1) + fib(N - 2).

tak(X, Y, Z) when Y < X -> tak(tak(X - 1, Y, Z), tak(Y - 1, Z, X), tak(Z - 1, X, Y));
tak(_, _, Z) -> Z.

ackermann(0, N) -> N + 1;
ackermann(M, 0) -> ackermann(M - 1, 1);
ackermann(M, N) -> ackermann(M - 1, ackermann(M, N - 1)).
