%% Constants as operands: increments, large literals, both orders.
-module(literal_operands).
-export([main/0]).
-include("../../t.hrl").

main() ->
    [t:p(X, {X + 1, X - 1, 1 - X, X + 16#7fffffffffffffff, X * 3, 3 - X, X + 1.5, X band 255, 255 band X, X bor 1, X bxor -1, X bsl 3, X bsr 3, 1 bsl (X band 63)})
     || X <- [0, 1, -1, (1 bsl 59) - 1, -(1 bsl 59), 1 bsl 64]],
    ?X(inc(a)), ?X(inc(1.5)), ?X(dec([])).

inc(X) -> X + 1.
dec(X) -> X - 1.
