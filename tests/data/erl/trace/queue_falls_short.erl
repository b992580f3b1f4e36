%% since: 27
%% A queue that was long is told of as soon as it is short, though its process only waits then.
-module(queue_falls_short).
-export([main/0]).

main() ->
    Self = self(),
    Proxy = spawn_link(fun() -> proxy(Self) end),
    erlang:system_monitor(Proxy, [{long_message_queue, {5, 10}}]),
    erlang:yield(),
    [self() ! hello || _ <- lists:seq(1, 12)],
    t:p(told()),
    [receive hello -> ok end || _ <- lists:seq(1, 5)],
    t:p(told()),
    [receive hello -> ok end || _ <- lists:seq(1, 3)],
    t:p(told()),
    erlang:system_monitor(undefined).

told() -> receive {monitor, Self, long_message_queue, Long} when Self =:= self() -> Long after 500 -> nothing end.

proxy(To) -> receive M -> To ! M end, proxy(To).
