%% A receive whose timeout is none fails when no message matches; the next receive sees all messages.
-module(bad_timeout).
-export([main/0]).
-include("../../t.hrl").

main() ->
    [begin
         self() ! ?I({first, T}), self() ! second,
         ?X(receive none -> none after T -> late end),
         ?X(receive second -> matched after T -> late end),
         ?P(receive {first, T} -> found after 0 -> lost end),
         Ref = make_ref(),
         self() ! ?I(other), self() ! ?I(Ref),
         ?X(receive none -> none after T -> late end),
         ?P(receive other -> found after 0 -> lost end),
         ?P(receive Ref -> found after 0 -> lost end)
     end || T <- ?I([atom, -1, 1.5, 1 bsl 32, 1 bsl 70, []])].
