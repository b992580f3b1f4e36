%% since: 29
-module(is_integer_range).
-export([main/0]).
-include("../../t.hrl").

main() -> 
    ?P([f(X) || X <- ?I([0, 1, 5, 10, 11, -1, 1.0, a, 1 bsl 70])]), ?X(is_integer(?I(5), ?I(1), ?I(10))), ?X(is_integer(?I(5), ?I(10), ?I(1))), ?X(is_integer(?I(5), ?I(a), ?I(1))), ?X(is_integer(?I(x), ?I(a), ?I(1))), ?P(g(5, 1 bsl 70)).

f(X) when is_integer(X, 1, 10) -> in;
f(_) -> out.
g(X, Max) when is_integer(X, 0, Max) -> in;
g(_, _) -> out.
