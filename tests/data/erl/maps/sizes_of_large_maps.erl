%% erts_debug:size/1 goes through the nodes of a large map, and counts what is shared once.
-module(sizes_of_large_maps).
-export([main/0]).

main() ->
    [t:p(N, counted(N)) || N <- [1, 32, 33, 100, 1000, 10000]],
    Key = lists:seq(1, 1000),
    Map = maps:from_list([{I, Key} || I <- lists:seq(1, 100)]),
    t:p(shared, {erts_debug:size(Map) < 3000, erts_debug:flat_size(Map) > 200000}),
    Children = erts_internal:map_hashmap_children(Map),
    t:p(children, {is_list(Children), length(Children) > 1}).

%% Two words a pair and some for the nodes, which are not told here.
counted(N) ->
    Map = maps:from_list([{I, I} || I <- lists:seq(1, N)]),
    Size = erts_debug:size(Map),
    {Size >= 2 * N, Size < 5 * N + 10}.
