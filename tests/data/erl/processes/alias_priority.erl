%% since: 29
-module(alias_priority).
-export([main/0]).
-include("../../t.hrl").

main() ->
    P = alias([priority]), [self() ! {n, I} || I <- [1, 2, 3]], erlang:send(P, first, [priority]), ?P(receive X -> X end), erlang:send(P, no_prio), ?P(t:flush()), self() ! ordinary, process_flag(trap_exit, true), exit(P, why, [priority]), ?P(element(1, receive Y -> Y end)), ?P(t:flush()), unalias(P).
