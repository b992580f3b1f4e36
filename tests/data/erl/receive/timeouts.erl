-module(timeouts).
-export([main/0]).
-include("../../t.hrl").

main() ->
    T = fun(F) -> T0 = erlang:monotonic_time(millisecond), R = F(), {R, erlang:monotonic_time(millisecond) - T0} end,
    {R1, D1} = T(fun() -> receive x -> x after 50 -> timeout end end), ?P({R1, D1 >= 50, D1 < 2000}), {R2, D2} = T(fun() -> erlang:send_after(30, self(), x), receive x -> x after 5000 -> timeout end end), ?P({R2, D2 >= 30, D2 < 3000}), {R3, _} = T(fun() -> erlang:send_after(10, self(), y), erlang:send_after(20, self(), y), receive x -> x after 400 -> [receive y -> y after 0 -> none end, receive y -> y after 0 -> none end, receive y -> y after 0 -> none end] end end), ?P(R3), Inf = ?I(infinity), self() ! z, ?P(receive z -> z after Inf -> never end), ?P(receive after 1 -> one end), Time = ?I(5), ?P(receive q -> q after Time -> t end).
