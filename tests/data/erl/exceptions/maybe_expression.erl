%% since: 27
-module(maybe_expression).
-export([main/0]).
-include("../../t.hrl").

main() ->
    ?P([f(X) || X <- ?I([{ok, 1}, {ok, 0}, {error, e}, x])]), ?P([g(X) || X <- ?I([{ok, 1}, {error, e}])]), ?X(h(?I(x))), ?P(maybe 1 end), ?P(maybe {a, X1} ?= ?I({a, 5}), X1 + 1 end), ?P(maybe {a, _} ?= ?I(other) end).

f(X) -> maybe {ok, A} ?= X, true ?= A > 0, {yes, A} else {error, E} -> {err, E}; false -> not_positive; O -> {other, O} end.
g(X) -> maybe {ok, A} ?= X, B = A + 1, {ok, C} ?= {ok, B * 2}, C end.
h(X) -> maybe {ok, _} ?= X else {error, _} -> e end.
