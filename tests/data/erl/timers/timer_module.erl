-module(timer_module).
-export([main/0]).
-include("../../t.hrl").

main() ->
    {ok, R} = timer:send_after(10, hello), ?P(receive hello -> element(1, R) end), {ok, I} = timer:send_interval(5, tick), ?P([receive tick -> ok after 2000 -> none end || _ <- [1, 2, 3]]), ?P(timer:cancel(I)), t:flush(20), ?P(t:flush(20)), {ok, _} = timer:apply_after(5, erlang, send, [self(), applied]), ?P(receive applied -> ok after 2000 -> none end), ?P(timer:sleep(1)), {T, V} = timer:tc(fun() -> timer:sleep(20), v end), ?P({T >= 20000, V}), ?P(element(2, timer:tc(lists, sum, [[1, 2]]))), ?P(timer:seconds(2)), ?P(timer:hms(1, 1, 1)), ?P(timer:cancel(bad)), ?P(timer:send_after(-1, x)), {ok, K} = timer:kill_after(10, spawn(fun() -> receive after infinity -> ok end end)), ?P(element(1, K)), {ok, E} = timer:exit_after(10000, self(), x), ?P(timer:cancel(E)), ?P(timer:minutes(1)).
