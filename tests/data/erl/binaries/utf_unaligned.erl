-module(utf_unaligned).
-export([main/0]).
-include("../../t.hrl").

main() ->
    <<_:3, U/utf8, _/bits>> = ?I(<<1:3, 16#20ac/utf8, 0:5>>), ?P(U), ?P(skip(<<"€uro"/utf8>>)).

skip(<<_/utf8, R/binary>>) -> R.
