%% Permute: how fast are all orders of a small tuple gone through by exchanging elements?
-module(awfy_permute).
-export([scale/0, run/1]).

scale() -> 350.

run(0) -> 0;
run(Rounds) ->
    {8660, {0, 1, 2, 3, 4, 5}} = permute(6, 0, {0, 1, 2, 3, 4, 5}),
    8660 + run(Rounds - 1).

permute(0, Count, Tuple) -> {Count + 1, Tuple};
permute(N, Count, Tuple) ->
    {Counted, Permuted} = permute(N - 1, Count + 1, Tuple),
    each(N, N, Counted, Permuted).

each(_, 0, Count, Tuple) -> {Count, Tuple};
each(N, I, Count, Tuple) ->
    {Counted, Permuted} = permute(N - 1, Count, swap(N, I, Tuple)),
    each(N, I - 1, Counted, swap(N, I, Permuted)).

swap(I, J, Tuple) -> setelement(I, setelement(J, Tuple, element(I, Tuple)), element(J, Tuple)).
