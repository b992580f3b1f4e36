%% Growing past 32 keys and shrinking back.
-module(flat_to_hamt).
-export([main/0]).
-include("../../t.hrl").

main() ->
    Ms = [maps:from_list([{K, K} || K <- lists:seq(1, N)]) || N <- [0, 1, 31, 32, 33, 34, 64, 1000]],
    ?P([{map_size(M), lists:sum(maps:keys(M)), lists:sum(maps:values(M))} || M <- Ms]),
    Up = lists:foldl(fun(K, M) -> M#{K => a} end, #{}, lists:seq(1, 40)), Down = lists:foldl(fun maps:remove/2, Up, lists:seq(40, 31, -1)),
    ?P(map_size(Up)), ?P(Down =:= maps:from_list([{K, a} || K <- lists:seq(1, 30)])), ?P(lists:foldl(fun maps:remove/2, Up, lists:seq(1, 40))), ?P(lists:sort(maps:to_list(Down)) =:= maps:to_list(Down)),
    ?P([maps:get(K, Up, none) || K <- [0, 1, 40, 41, 1.0]]), ?P(maps:size(maps:put(41, b, Up))), ?X(Up#{41 := b}), ?X(maps:get(x, maps:from_list([{1, 2}]))), ?P(maps:find(33, Up)), ?P(maps:find(99, Up)), ?P(Up#{1 := z} =:= Up), ?P((Up#{1 := z})#{1 := a} =:= Up), ?P(maps:take(5, Down) =:= {a, maps:remove(5, Down)}), ?P(erts_debug:flat_size(#{})), ?P(erts_debug:flat_size(#{a => 1})), ?P(erts_debug:flat_size(hd(tl(tl(tl(Ms)))))).
