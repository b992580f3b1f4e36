%% Appending no bits gives the same bitstring, after the same checks. (OTP 27 makes another one, equal to it.)
%% releases: 25 29
-module(append_nothing).
-export([main/0]).
-include("../../t.hrl").

main() ->
    Empty = ?I(<<>>),
    Grown = <<(?I(<<>>))/binary, 1, 2, 3>>,
    [?P({bit_size(B), erts_debug:same(B, <<B/bits, Empty/binary>>), <<B/bits, Empty/binary>> =:= B})
     || B <- [?I(<<"literal">>), Grown, ?I(<<1:3>>), binary:copy(<<7>>, 300), <<Grown/binary, 4>>]],
    ?X(<<(?I(<<1:3>>))/binary, Empty/binary>>),
    ?X(<<(?I(a))/binary, Empty/binary>>),
    ?P(<< <<(<<B/binary, Empty/binary>>)/binary, 9>> || B <- [Grown, Grown] >>),
    ?P(<< <<>> || _ <- ?I([]) >>),
    ?P(<< <<X, X>> || <<X>> <= Empty >>).
