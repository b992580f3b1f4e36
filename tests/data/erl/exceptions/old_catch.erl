-module(old_catch).
-export([main/0]).
-include("../../t.hrl").

main() ->
    ?P(catch 1 + 1), ?P(catch throw(x)), ?P(catch exit(x)), ?P(f(catch error(x))), ?P([catch throw(I) || I <- [1, 2]]), ?P((catch throw(a)) =:= a), X = (catch exit(q)), ?P(X), ?P(catch (catch throw(in))), ?P(catch begin catch throw(in), throw(out) end), ?P(g(5)), ?P(catch throw({'EXIT', y})), ?P(f(catch 1 div ?I(0))), ?P(f(catch (?I(x)):y())), ?P({catch throw(1), catch throw(2), (catch throw(3)) + 1}).

f({'EXIT', {R, [{M, F, A, _} | _]}}) -> {'EXIT', R, M, F, if is_list(A) -> length(A); true -> A end}.
g(0) -> throw(bottom);
g(N) -> {N, catch g(N - 1)}.
