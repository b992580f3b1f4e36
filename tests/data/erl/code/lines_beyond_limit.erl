%% Lines that OTP's tables can't hold are none.
-module(lines_beyond_limit).
-export([main/0]).
-include("../../t.hrl").

main() ->
    [?P(try F(?I(x)) catch error:x:S -> {_, Name, _, Location} = hd(S), {Name, Location} end)
     || F <- [fun last/1, fun beyond/1, fun far/1, fun near/1]].

-file("last.erl", 16777212).

last(X) -> error(X).
-file("beyond.erl", 16777213).

beyond(X) -> error(X).
-file("far.erl", 100000000).
far(X) -> error(X).
-file("near.erl", 7).
near(X) -> error(X).
