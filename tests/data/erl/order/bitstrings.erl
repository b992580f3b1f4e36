-module(bitstrings).
-export([main/0]).
-include("../../t.hrl").

main() ->
    Bs = [<<>>, <<0>>, <<1>>, <<0:1>>, <<1:1>>, <<255>>, <<0, 0>>, <<0:7>>, <<0:9>>, <<1:7>>, <<128>>, <<"abc">>, <<"abd">>, <<"ab">>, <<"abc", 0:3>>, <<"abc", 1:3>>],
    ?P(lists:sort(Bs)),
    %% The same bits at different offsets.
    <<_:3, X:16/bits, _/bits>> = ?I(<<5:3, "hi", 9:5>>), <<_:8, Y:16/bits, _/bits>> = ?I(<<0, "hi", 7>>),
    ?P({X, Y, X =:= Y, X == <<"hi">>, X < <<"hj">>, X > <<"hh">>, erlang:phash2(X) =:= erlang:phash2(Y)}),
    Big = binary:copy(<<"0123456789">>, 100), <<_:1, Shifted:1000/bytes, _/bits>> = <<0:1, Big/binary, 0:7>>,
    ?P({Big =:= Shifted, Big < Shifted, <<Big/binary, 1>> > Shifted, <<Big/binary, 0:1>> > Shifted}).
