%% since: 27
-module(map_comprehensions).
-export([main/0]).
-include("../../t.hrl").

main() ->
    M = maps:from_list([{K, K * K} || K <- lists:seq(1, 40)]), ?P(#{V => K || K := V <- #{a => 1, b => 2}}), ?P(lists:sum([V || _ := V <- M])), ?P(map_size(#{K => V || K := V <- M, K rem 2 =:= 0})), ?P(#{X => Y || X <- [1, 2], Y <- [a, b]}), ?P(<< <<V:8>> || _ := V <- #{1 => 2} >>), ?P([{K, X} || K := Xs <- #{k => [1, 2]}, X <- Xs]), ?P(#{B => x || <<B:8>> <= <<"ab">>}), ?P([K || {a, K} := 1 <- #{{a, 1} => 1, {b, 1} => 1, {a, 2} => 2}]), ?X([K || K := _ <- ?I(x)]), ?X(#{K => 1 || K <- ?I(x)}).
