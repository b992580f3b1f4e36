-module(cancelled_by_others).
-export([main/0]).
-include("../../t.hrl").

main() ->
    Me = self(), P = spawn(fun() -> R = erlang:send_after(100000, Me, late), Me ! {r, R}, receive stop -> ok end end), R = receive {r, X} -> X end, ?P(erlang:read_timer(R) > 90000), ?P(erlang:cancel_timer(R) > 90000), ?P(t:flush(10)), P ! stop, Q = spawn(fun() -> receive after infinity -> ok end end), R2 = erlang:send_after(100000, Q, x), exit(Q, kill), t:down(Q), ?P(erlang:cancel_timer(R2)), S = spawn(fun() -> Me ! {r, erlang:send_after(30, Me, from_dead)} end), t:down(S), ?P(receive from_dead -> ok after 5000 -> none end).
