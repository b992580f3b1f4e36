%% What do lists, tuples, maps and binaries take that a process keeps, and how much more while it grows?
%% group: memory
-module(kept_terms).
-export([scale/0, run/1]).

scale() -> 200000.

run(Count) ->
    Kept = kept(Count, #{}),
    {_, #{name := Name}, _, _} = maps:get(Count, Kept),
    byte_size(Name) + map_size(Kept).

kept(0, Map) -> Map;
kept(N, Map) -> kept(N - 1, Map#{N => {N, #{name => integer_to_binary(N), on => N rem 2 =:= 0}, [N, N + 1], N * 1.5}}).
