-module(bit_level).
-export([main/0]).
-include("../../t.hrl").

main() ->
    ?P(<< <<B:1>> || <<B:1>> <= ?I(<<16#a5>>) >>), ?P([B || <<B:1>> <= ?I(<<16#a5, 1:2>>)]), ?P(<< <<(B bxor 1):1>> || <<B:1>> <= ?I(<<16#f0, 5:3>>) >>), R = rev(?I(<<16#12345678:32, 1:3>>)), ?P(R), ?P(rev(R)), ?P(bit_size(?I(<<1:17>>))), ?P(byte_size(?I(<<1:17>>))), ?P(<<1:1, 0:1, 1:1>> =:= <<5:3>>), ?P([{N, rot(<<16#deadbeef:32, 5:3>>, N)} || N <- [0, 1, 5, 8, 17, 34]]), ?P(bitstring_to_list(?I(<<1:9>>))), ?P(list_to_bitstring([1, <<1:1>>, <<2:2>>])), Long = << <<(I rem 7):3>> || I <- lists:seq(1, 1000) >>, ?P(erlang:phash2(Long)), ?P(lists:sum([X || <<X:5>> <= Long])), <<_:7, Sh/bits>> = Long, ?P([X || <<X:9>> <= Sh] =:= [X || <<X:9>> <= binary_copy(Sh)]), ?P(io_lib:format("~w ~p", [<<1:4>>, <<"ab", 3:2>>])).

rev(B) -> rev(B, <<>>).
rev(<<X:1, R/bits>>, A) -> rev(R, <<X:1, A/bits>>); rev(<<>>, A) -> A.
rot(B, N) -> <<X:N/bits, Y/bits>> = B, <<Y/bits, X/bits>>.
binary_copy(B) -> binary_to_term(term_to_binary(B)).
