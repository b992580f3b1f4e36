-module(large_messages).
-export([main/0]).
-include("../../t.hrl").

main() ->
    Me = self(), P = spawn_link(fun Loop() -> receive {From, X} -> From ! {self(), X}, Loop() end end), Echo = fun(X) -> P ! {Me, X}, receive {P, Y} -> Y =:= X end end,
    ?P([Echo(X) || X <- [lists:seq(1, 100000), binary:copy(<<"x">>, 1000000), maps:from_list([{I, {I}} || I <- lists:seq(1, 5000)]), list_to_tuple(lists:seq(1, 10000)), lists:foldl(fun(_, A) -> {A} end, x, lists:seq(1, 100000)), [make_ref(), self(), fun() -> Me end, 1 bsl 5000, 1.5, <<1:3>>, <<(binary:copy(<<"sub">>, 100)):250/binary>>], []]]), ?P(lists:all(fun(I) -> Echo({I, lists:duplicate(I rem 100, I)}) end, lists:seq(1, 3000))).
