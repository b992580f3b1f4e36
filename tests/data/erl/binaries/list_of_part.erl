%% binary_to_list/3 of what is no binary, and at the edges.
-module(list_of_part).
-export([main/0]).

main() ->
    [t:x(fun() -> binary_to_list(t:id(Bits), t:id(Start), t:id(Stop)) end) ||
        Bits <- [<<"abc">>, <<1, 2, 3:5>>, <<3:5>>, <<>>, a],
        {Start, Stop} <- [{1, 1}, {1, 2}, {2, 2}, {1, 3}, {3, 3}, {2, 1}, {0, 1}, {1, 0}, {1, a}, {1 bsl 70, 1}]].
