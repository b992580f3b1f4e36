%% pi digits: how fast does a spigot run whose integers grow without end?
-module(game_pi).
-export([scale/0, run/1]).

scale() -> 3300.

run(Digits) -> checked(digits(Digits, 1, {1, 0, 1}, [])).

checked([3, 1, 4, 1, 5, 9, 2, 6, 5, 3 | _] = Digits) -> lists:foldl(fun(Digit, Sum) -> (Sum * 10 + Digit) rem 1000000007 end, 0, Digits).

%% What is left is the number (numerator + accumulator) / denominator.
digits(0, _, _, Digits) -> lists:reverse(Digits);
digits(Count, K, {Numerator, Accumulator, Denominator} = State, Digits) ->
    case Numerator =< Accumulator andalso extract(3, State) of
        false -> digits(Count, K + 1, next(K, State), Digits);
        Digit ->
            case extract(4, State) of
                Digit -> digits(Count - 1, K, {Numerator * 10, (Accumulator - Denominator * Digit) * 10, Denominator}, [Digit | Digits]);
                _ -> digits(Count, K + 1, next(K, State), Digits)
            end
    end.

extract(N, {Numerator, Accumulator, Denominator}) -> (Numerator * N + Accumulator) div Denominator.

next(K, {Numerator, Accumulator, Denominator}) ->
    Odd = 2 * K + 1,
    {Numerator * K, (Accumulator + Numerator * 2) * Odd, Denominator * Odd}.
