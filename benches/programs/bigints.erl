%% How fast are integers beyond 60 bits, of a few words and of many?
-module(bigints).
-export([scale/0, run/1]).

scale() -> 50.

run(Rounds) -> run(Rounds, 0).

run(0, Sum) -> Sum;
run(Rounds, Sum) ->
    Factorial = factorial(700, 1),
    Digits = length(integer_to_list(Factorial)) + length(integer_to_list(pi_digits(250))),
    Fibonacci = fibonacci(12000, 0, 1) rem 1000000007,
    Power = power(3, 16#123456789abcdef0123456789abcdef, 16#fffffffffffffffffffffffffffffff1),
    Hash = fnv(30000, 16#cbf29ce484222325),
    Bits = (Factorial bsl 77 bxor Fibonacci) band 16#ffffffffffffffff,
    Roots = root(1 bsl 900) rem 65537,
    run(Rounds - 1, (Sum + Digits + Fibonacci + Power + Hash + Bits + Roots) rem 16#1fffffffffffff).

factorial(0, Product) -> Product;
factorial(N, Product) -> factorial(N - 1, N * Product).

fibonacci(0, A, _) -> A;
fibonacci(N, A, B) -> fibonacci(N - 1, B, A + B).

power(_, 0, _) -> 1;
power(Base, N, Modulus) when N band 1 =:= 1 -> Base * power(Base, N - 1, Modulus) rem Modulus;
power(Base, N, Modulus) -> power(Base * Base rem Modulus, N bsr 1, Modulus).

fnv(0, Hash) -> Hash;
fnv(N, Hash) -> fnv(N - 1, ((Hash bxor (N band 255)) * 16#100000001b3) band 16#ffffffffffffffff).

root(N) -> root(N, N bsr 1).

root(N, Guess) ->
    case (Guess + N div Guess) bsr 1 of
        Next when Next < Guess -> root(N, Next);
        _ -> Guess
    end.

%% Gibbons' spigot.
pi_digits(N) -> pi_digits(N, 1, 0, 1, 1, 3, 3, 0).

pi_digits(0, _, _, _, _, _, _, Digits) -> Digits;
pi_digits(N, Q, R, T, K, M, X, Digits) when 4 * Q + R - T < M * T ->
    pi_digits(N - 1, Q * 10, (R - M * T) * 10, T, K, (10 * (3 * Q + R)) div T - 10 * M, X, Digits * 10 + M);
pi_digits(N, Q, R, T, K, _, X, Digits) ->
    pi_digits(N, Q * K, (2 * Q + R) * X, T * X, K + 1, (Q * (7 * K + 2) + R * X) div (T * X), X + 2, Digits).
