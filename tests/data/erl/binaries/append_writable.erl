%% Appending in a loop must neither copy all each time nor show through in earlier versions.
-module(append_writable).
-export([main/0]).
-include("../../t.hrl").

main() ->
    B0 = ?I(<<>>), B = lists:foldl(fun(I, A) -> <<A/binary, I:32>> end, B0, lists:seq(1, 20000)), ?P(byte_size(B)), ?P(erlang:md5(B)),
    B1 = <<"base">>, B2 = <<B1/binary, "one">>, B3 = <<B2/binary, "x">>, B4 = <<B2/binary, "yy">>, B5 = <<B3/binary, "z">>, ?P([B1, B2, B3, B4, B5]), Big = binary:copy(<<"q">>, 300), C1 = <<Big/binary, 1>>, C2 = <<C1/binary, 2>>, C3 = <<C1/binary, 3>>, <<D:301/binary, _/binary>> = C2, D2 = <<D/binary, 4>>, ?P([binary:part(X, byte_size(X), -3) || X <- [C1, C2, C3, D, D2]]),
    Bits = lists:foldl(fun(I, A) -> <<A/bits, I:3>> end, <<>>, lists:seq(1, 1000)), ?P(bit_size(Bits)), ?P(erlang:phash2(Bits)), Self = self(), {_, M} = spawn_monitor(fun() -> Self ! <<C2/binary, "other">> end), receive {'DOWN', M, _, _, _} -> ok end, receive X -> ?P(binary:part(X, 300, 7)) end, ?P(binary:last(<<C2/binary, 9>>)), ?P(binary:last(C2)).
