-module(order_and_mass).
-export([main/0]).
-include("../../t.hrl").

main() ->
    [erlang:send_after(T * 10, self(), {t, T}) || T <- [5, 1, 4, 2, 3]], ?P([receive {t, T} -> T after 5000 -> none end || _ <- lists:seq(1, 5)]), N = 20000, Rs = [erlang:start_timer(if I > N div 2 -> 50 + I rem 100; true -> 600000 + I end, self(), I) || I <- lists:seq(1, N)], {Kill, Keep} = lists:split(N div 2, Rs), [erlang:cancel_timer(R) || R <- Kill], ?P(length([receive {timeout, R, _} -> ok after 10000 -> error(late) end || R <- Keep])), ?P(t:flush(20)), Far = [erlang:send_after(1000000 + I, self(), x) || I <- lists:seq(1, 1000)], ?P(lists:all(fun is_integer/1, [erlang:cancel_timer(R) || R <- Far])).
