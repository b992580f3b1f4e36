%% A product and the sum that takes it are one instruction to newer loaders: what can't be added is told with the product first.
-module(sum_of_product).
-export([main/0, right/3, left/3, twice/3, minus/3]).

main() ->
    [told({F, A, B, C}, fun() -> ?MODULE:F(t:id(A), t:id(B), t:id(C)) end)
     || F <- [right, left, twice, minus], {A, B, C} <- [{2, 3, 4}, {2, 3, a}, {a, 2, 3}, {2, a, b}, {1.5, 2, []}, {1 bsl 70, 2, "x"}]].

right(A, B, C) -> C + A * B.
left(A, B, C) -> A * B + C.
twice(A, B, C) -> A * B + C * B + A.
minus(A, B, C) -> C - A * B.

told(What, Fun) ->
    t:p(What, try Fun() catch error:Why:Stack -> [{_, F, Arguments, _} | _] = Stack, {Why, F, Arguments} end).
