-module(map_order).
-export([main/0]).
-include("../../t.hrl").

main() ->
    Ms = [#{}, #{a => 1}, #{a => 2}, #{b => 0}, #{1 => z}, #{1.0 => y}, #{1 => a, 2 => b}, #{1 => a, 3 => a}, #{a => 1, b => 2}, #{a => 1, c => 0}, #{{} => 1}, #{[] => 1}, #{<<>> => 1}, #{2 => x}, #{1.5 => x}],
    ?P(lists:sort(Ms)),
    Big = maps:from_list([{K, K} || K <- lists:seq(1, 100)]),
    ?P({Big < Big#{100 := 101}, Big > Big#{1 := 0}, Big == Big#{1 := 1.0}, Big =:= Big#{1 := 1.0}, Big < maps:remove(5, Big), maps:remove(5, Big) < maps:remove(6, Big)}),
    ?P({Big == maps:from_list([{K, K} || K <- lists:seq(100, 1, -1)]), Big#{x => 1} < Big#{y => 0}, Big#{1.5 => a} < Big#{2.5 => a}}),
    ?P(#{#{a => 1} => b} == #{#{a => 1.0} => b}), ?P(#{a => #{b => 1}} == #{a => #{b => 1.0}}).
