-module(construct_errors).
-export([main/0]).
-include("../../t.hrl").

main() ->
    A = ?I(a), N = ?I(-1), B = ?I(<<1:3>>), Big = ?I(1 bsl 70),
    ?X(<<A>>), ?X(<<1:N>>), ?X(<<1:A>>), ?X(<<B/binary>>), ?X(<<A/binary>>), ?X(<<B:1/binary>>), ?X(<<(?I(<<"abc">>)):4/binary>>), ?X(<<(?I(<<"abc">>)):N/binary>>), ?X(<<(?I(1.0)):8>>), ?X(<<A/float>>), ?X(<<1.0:N/float>>), ?X(<<(?I(1.0)):(?I(17))/float>>), ?X(<<(?I(1.0e300)):32/float>>), ?X(<<(?I(1 bsl 2000))/float>>), ?X(<<(?I(16#d800))/utf8>>), ?X(<<(?I(16#110000))/utf8>>), ?X(<<N/utf16>>), ?X(<<A/utf32>>), ?X(<<1:Big>>), ?X(<<(?I(<<1>>)):Big/binary>>), ?X(<<A/bits>>), ?X(<<1, A/binary, 2>>), ?X(<<0:(?I(1 bsl 62))>>), ?X(<< <<X>> || X <- ?I([1, b]) >>), ?X(<< <<X/binary>> || X <- ?I([<<1>>, 2]) >>).
