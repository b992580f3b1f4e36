%% Sieve: how fast is an `array` of flags written and read?
-module(awfy_sieve).
-export([scale/0, run/1]).

scale() -> 90.

run(0) -> 0;
run(Rounds) ->
    669 = sieve(2, 5000, array:new(5001, {default, true}), 0),
    669 + run(Rounds - 1).

sieve(N, Size, _, Count) when N > Size -> Count;
sieve(N, Size, Flags, Count) ->
    case array:get(N, Flags) of
        true -> sieve(N + 1, Size, strike(N + N, N, Size, Flags), Count + 1);
        false -> sieve(N + 1, Size, Flags, Count)
    end.

strike(N, _, Size, Flags) when N > Size -> Flags;
strike(N, Step, Size, Flags) -> strike(N + Step, Step, Size, array:set(N, false, Flags)).
