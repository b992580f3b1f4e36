%% Keys that phash2 cannot tell apart, and many that differ little.
-module(hash_collisions).
-export([main/0]).
-include("../../t.hrl").

main() ->
    Ks = [<<I:64>> || I <- lists:seq(1, 5000)] ++ [{I, I} || I <- lists:seq(1, 2000)] ++ [I * (1 bsl 32) || I <- lists:seq(1, 5000)] ++ [float(I) || I <- lists:seq(1, 2000)] ++ [[I] || I <- lists:seq(1, 1000)],
    M = maps:from_list([{K, erlang:phash2(K)} || K <- Ks]), ?P(map_size(M)), ?P(lists:all(fun(K) -> maps:get(K, M) =:= erlang:phash2(K) end, Ks)), {Gone, Rest} = lists:split(7000, Ks), M2 = lists:foldl(fun maps:remove/2, M, Gone), ?P(map_size(M2)), ?P(lists:all(fun(K) -> is_map_key(K, M2) end, Rest)), ?P(lists:any(fun(K) -> is_map_key(K, M2) end, Gone)), ?P(lists:foldl(fun(K, A) -> A#{K => erlang:phash2(K)} end, M2, lists:reverse(Gone)) =:= M).
