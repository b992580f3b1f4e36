%% What do tail calls, tests and arithmetic on small integers cost?
-module(loops).
-export([scale/0, run/1]).

scale() -> 10.

run(0) -> 0;
run(Rounds) -> count(5000000, 0) + collatz(40000, 0) + sieve(2, 3000, 0) + run(Rounds - 1).

count(0, Sum) -> Sum;
count(N, Sum) -> count(N - 1, Sum + (N band 7)).

collatz(1, Longest) -> Longest;
collatz(N, Longest) -> collatz(N - 1, max(Longest, steps(N, 0))).

steps(1, Steps) -> Steps;
steps(N, Steps) when N band 1 =:= 0 -> steps(N bsr 1, Steps + 1);
steps(N, Steps) -> steps(3 * N + 1, Steps + 1).

sieve(N, Limit, Primes) when N > Limit -> Primes;
sieve(N, Limit, Primes) -> sieve(N + 1, Limit, Primes + prime(N, 2)).

prime(N, Divisor) when Divisor * Divisor > N -> 1;
prime(N, Divisor) when N rem Divisor =:= 0 -> 0;
prime(N, Divisor) -> prime(N, Divisor + 1).
