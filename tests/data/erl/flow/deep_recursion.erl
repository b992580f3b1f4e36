-module(deep_recursion).
-export([main/0]).
-include("../../t.hrl").

main() ->
    ?P(len(lists:seq(1, 500000))), ?P(ack(2, 300)), ?P(fib(24)), ?P(tak(14, 9, 4)), ?P(hanoi(14)), ?P(erlang:phash2(build(200000))), ?P(mutual(100000)), ?P(lists:sum(map(fun(X) -> X * 2 end, lists:seq(1, 100000)))), ?P(nrev(lists:seq(1, 400)) =:= lists:seq(400, 1, -1)), ?P(length(primes(3000))), ?P(collatz(1, 3000, {0, 0})).

len([]) -> 0; len([_ | T]) -> 1 + len(T).
ack(0, N) -> N + 1; ack(M, 0) -> ack(M - 1, 1); ack(M, N) -> ack(M - 1, ack(M, N - 1)).
fib(N) when N < 2 -> N; fib(N) -> fib(N - 1) + fib(N - 2).
tak(X, Y, Z) when X =< Y -> Z; tak(X, Y, Z) -> tak(tak(X - 1, Y, Z), tak(Y - 1, Z, X), tak(Z - 1, X, Y)).
hanoi(0) -> 0; hanoi(N) -> 2 * hanoi(N - 1) + 1.
build(0) -> []; build(N) -> [{N, integer_to_list(N)} | build(N - 1)].
mutual(0) -> even; mutual(N) -> other(N - 1).
other(0) -> odd; other(N) -> mutual(N - 1).
map(_, []) -> []; map(F, [H | T]) -> [F(H) | map(F, T)].
nrev([]) -> []; nrev([H | T]) -> nrev(T) ++ [H].
primes(N) -> sieve(lists:seq(2, N)).
sieve([]) -> []; sieve([P | T]) -> [P | sieve([X || X <- T, X rem P =/= 0])].
collatz(N, Max, Best) when N > Max -> Best; collatz(N, Max, {L, _} = B) -> case steps(N, 1) of S when S > L -> collatz(N + 1, Max, {S, N}); _ -> collatz(N + 1, Max, B) end.
steps(1, S) -> S; steps(N, S) when N rem 2 =:= 0 -> steps(N div 2, S + 1); steps(N, S) -> steps(3 * N + 1, S + 1).
