%% Bit copies between all pairs of offsets.
-module(copy_unaligned).
-export([main/0]).
-include("../../t.hrl").

main() ->
    Src = << <<(I * 37 band 255)>> || I <- lists:seq(1, 40) >>,
    Bad = [{From, Size, To} || From <- lists:seq(0, 9), Size <- [0, 1, 7, 8, 9, 15, 16, 31, 33, 63, 64, 65, 127, 200], To <- lists:seq(0, 9), not ok(Src, From, Size, To)], ?P(Bad), <<_:3, U:100/bits, _/bits>> = Src, ?P(<<0:5, U/bits>>), ?P(<<U/bits, U/bits>> =:= list_to_bitstring([U, U])).

ok(Src, From, Size, To) ->
    <<_:From, X:Size/bits, _/bits>> = Src, <<_:From, N:Size, _/bits>> = Src, Y = <<0:To, X/bits, 1:1>>, Y =:= <<0:To, N:Size, 1:1>> andalso begin <<_:To, Z:Size/bits, 1:1>> = Y, Z =:= X end.
