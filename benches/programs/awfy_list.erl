%% List: how fast is a deep recursion over short lists that are only walked along?
-module(awfy_list).
-export([scale/0, run/1]).

scale() -> 2000.

run(0) -> 0;
run(Rounds) ->
    10 = length(tail(make(15), make(10), make(6))),
    10 + run(Rounds - 1).

make(0) -> [];
make(N) -> [N | make(N - 1)].

tail(X, Y, Z) ->
    case is_shorter(Y, X) of
        true -> tail(tail(tl(X), Y, Z), tail(tl(Y), Z, X), tail(tl(Z), X, Y));
        false -> Z
    end.

is_shorter(_, []) -> false;
is_shorter([], _) -> true;
is_shorter([_ | X], [_ | Y]) -> is_shorter(X, Y).
