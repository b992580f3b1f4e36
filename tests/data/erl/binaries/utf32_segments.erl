%% since: 27
%% OTP 25.1 crashes when an invalid code point is matched.
-module(utf32_segments).
-export([main/0]).
-include("../../t.hrl").

main() ->
    ?P([case B of <<C/utf32, _/bits>> -> C; _ -> bad end || B <- ?I([<<16#d800:32>>, <<16#110000:32>>, <<16#10ffff:32>>, <<1:31>>, <<$a:32/little>>])]).
