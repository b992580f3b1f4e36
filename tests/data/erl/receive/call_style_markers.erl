%% A call's reply is found fast behind a long queue.
-module(call_style_markers).
-export([main/0]).
-include("../../t.hrl").

main() ->
    N = 20000, [self() ! {noise, I} || I <- lists:seq(1, N)], S = spawn_link(fun server/0), T0 = erlang:monotonic_time(millisecond), Sum = lists:sum([call(S, I) || I <- lists:seq(1, 2000)]), T = erlang:monotonic_time(millisecond) - T0, ?P(Sum), ?P(T < 20000), ?P(process_info(self(), message_queue_len)), ?P(call_mon(S, 5)), ?P(call_mon(spawn(fun() -> receive _ -> ok end end), 5)), S ! stop, ?P(length(t:flush())).

server() -> receive {From, R, X} -> From ! {R, X * 2}, server(); stop -> ok end.
call(S, X) -> R = make_ref(), S ! {self(), R, X}, receive {R, Y} -> Y end.
call_mon(S, X) -> M = monitor(process, S), S ! {self(), M, X}, receive {M, Y} -> demonitor(M, [flush]), Y; {'DOWN', M, process, S, Why} -> {down, Why} end.
