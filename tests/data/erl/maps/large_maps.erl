-module(large_maps).
-export([main/0]).
-include("../../t.hrl").

main() ->
    N = 100000,
    M = lists:foldl(fun(K, A) -> A#{{k, K} => K} end, #{}, lists:seq(1, N)),
    ?P(map_size(M)), ?P(lists:all(fun(K) -> map_get({k, K}, M) =:= K end, lists:seq(1, N, 37))), ?P(maps:fold(fun(_, V, A) -> V + A end, 0, M)), M2 = maps:map(fun(_, V) -> V * 2 end, M), ?P(maps:get({k, 777}, M2)), M3 = maps:filter(fun({k, K}, _) -> K rem 1000 =:= 0 end, M), ?P(map_size(M3)), ?P(lists:sum(maps:values(M3))), M4 = maps:merge(M3, #{{k, 1} => x, new => y}), ?P(map_size(M4)), ?P(erlang:phash2(M)), ?P(maps:without([{k, I} || I <- lists:seq(1, N)], M)), ?P(M =:= maps:from_list(maps:to_list(M))), ?P(byte_size(term_to_binary(M)) > N), ?P(binary_to_term(term_to_binary(M)) =:= M), ?P(lists:sort(maps:keys(M)) =:= [{k, I} || I <- lists:seq(1, N)]), Words = erts_debug:flat_size(M), ?P(Words > 4 * N andalso Words < 12 * N).
