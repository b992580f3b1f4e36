-module(keys_of_all_types).
-export([main/0]).
-include("../../t.hrl").

main() ->
    Ref = make_ref(), F = fun(X) -> X end, 
    Keys = [1, 1.0, 1 bsl 80, -1, a, '', [], [1], "str", {}, {1}, #{}, #{a => 1}, <<>>, <<1:3>>, <<"bin">>, self(), Ref, F, fun lists:map/2, [1 | 2], 0, lists:seq(1, 100)],
    M = maps:from_list([{K, I} || {I, K} <- lists:enumerate(Keys)]), ?P(map_size(M) =:= length(Keys)), ?P([maps:get(K, M) || K <- Keys]), Big = maps:merge(M, maps:from_list([{{x, I}, I} || I <- lists:seq(1, 100)])), ?P([maps:get(K, Big) || K <- Keys]), ?P([maps:is_key(K, Big) || K <- [2, 2.0, 1 bsl 81, b, [2], {2}, #{b => 1}, <<1:4>>, make_ref()]]), <<_:1, Sub:3/bytes, _/bits>> = ?I(<<0:1, "bin", 0:7>>), ?P(maps:get(Sub, M)), ?P(maps:get(list_to_binary("bin"), Big)).
