%% Functions that stop and go on: they take more than a time slice.
-module(long_lists).
-export([main/0]).
-include("../../t.hrl").

main() ->
    N = 300000, L = lists:seq(1, N),
    ?P(length(L ++ L)), ?P(length((L ++ L) -- L)), ?P(length(binary_to_list(list_to_binary([X band 255 || X <- L])))), ?P(lists:last(tuple_to_list(list_to_tuple(L)))), ?P(lists:sum(lists:reverse(L, L))), ?P(lists:member(N + 1, L)), ?P(lists:keyfind(N, 1, [{X, X} || X <- L])), ?P(byte_size(term_to_binary(L))), ?P(erlang:phash2(L)), ?P(L == lists:seq(1, N)), ?P(lists:nth(N, lists:sort(lists:reverse(L)))), ?P(length(unicode:characters_to_list(unicode:characters_to_binary([X rem 50000 || X <- L])))), ?P(iolist_size([[X band 255] || X <- L])), ?X(length(L ++ [a | b]) + length([1 | ?I(x)])).
