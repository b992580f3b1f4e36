-module(system_monitor_events).
-export([main/0]).
-include("../../t.hrl").

main() ->
    ?P(erlang:system_monitor(self(), [{large_heap, 100000}, busy_port])), {MP, Opts} = erlang:system_monitor(), ?P({MP =:= self(), lists:sort(Opts)}), P = spawn(fun() -> L = lists:seq(1, 300000), receive stop -> length(L) end end), ?P(receive {monitor, P, large_heap, I} -> lists:sort([K || {K, _} <- I]) after 5000 -> none end), ?P(element(1, erlang:system_monitor(undefined))), ?P(erlang:system_monitor()), exit(P, kill), ?X(erlang:system_monitor(self(), [foo])), ?X(erlang:system_monitor(?I(a), [])), ?X(erlang:system_monitor(self(), [{long_gc, a}])), ?P(erlang:system_monitor(undefined)), ?P(erlang:system_profile()).
