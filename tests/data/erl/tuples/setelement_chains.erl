%% Chains that may be done in place must not be seen by others.
-module(setelement_chains).
-export([main/0]).
-include("../../t.hrl").
-record(big, {a, b, c, d, e, f, g, h}).

main() ->
    R0 = ?I(#big{a = 1}), R1 = R0#big{b = 2, c = 3}, R2 = R1#big{a = 9}, R3 = upd(R2, x), R4 = upd(R2, y),
    ?P([R0, R1, R2, R3, R4]), ?P(R2 =:= upd2(R2, 9)), T = setelement(1, setelement(2, setelement(3, ?I({1, 2, 3}), c), b), a), ?P(T), ?P(lists:foldl(fun(I, A) -> setelement(I, A, I * I) end, erlang:make_tuple(10, 0), lists:seq(1, 10))), ?P(loop(1000, #big{a = 0, h = []})), ?X(upd(?I({big, 1}), 1)), ?X(upd(?I(x), 1)).

upd(R, X) -> R#big{d = X, e = [X], f = {X}}.
upd2(R, X) -> R#big{a = X}.
loop(0, R) -> R;
loop(N, #big{a = A} = R) -> loop(N - 1, R#big{a = A + N, b = N}).
