-module(trace_counts).
-export([main/0, f/1, g/1, busy/1]).
-include("../../t.hrl").

f(X) -> X.
g(0) -> ok;
g(N) -> f(N), g(N - 1).
busy(0) -> ok;
busy(N) -> f(N), busy(N - 1).

main() ->
    All = {?MODULE, '_', '_'},
    ?P(erlang:trace_pattern({?MODULE, f, 1}, true, [call_count])),
    g(5),
    ?P(erlang:trace_info({?MODULE, f, 1}, call_count)),
    ?P(erlang:trace_info({?MODULE, g, 1}, call_count)),
    ?P(erlang:trace_pattern({?MODULE, f, 1}, pause, [call_count])),
    g(5),
    ?P(erlang:trace_info({?MODULE, f, 1}, call_count)),
    ?P(erlang:trace_pattern({?MODULE, f, 1}, restart, [call_count])),
    ?P(erlang:trace_info({?MODULE, f, 1}, call_count)),
    g(3),
    ?P(erlang:trace_info({?MODULE, f, 1}, call_count)),
    ?P(erlang:trace_pattern({?MODULE, f, 1}, true, [call_count])),
    ?P(erlang:trace_info({?MODULE, f, 1}, call_count)),
    ?P(erlang:trace_pattern({?MODULE, f, 1}, false, [call_count])),
    ?P(erlang:trace_info({?MODULE, f, 1}, call_count)),
    ?P(erlang:trace_pattern(All, restart, [call_count]) > 3),
    ?P(erlang:trace_info({?MODULE, f, 1}, call_count)),
    ?P(erlang:trace_pattern({?MODULE, f, 1}, true, [call_time])),
    ?P(erlang:trace_pattern({?MODULE, busy, 1}, true, [call_time])),
    {P, M} = spawn_monitor(fun() -> receive go -> busy(1000) end end),
    g(3),
    ?P(erlang:trace_info({?MODULE, f, 1}, call_time)),
    erlang:trace(P, true, [call]),
    P ! go, receive {'DOWN', M, _, _, _} -> ok end,
    {call_time, [{P, FCount, _, _}]} = erlang:trace_info({?MODULE, f, 1}, call_time),
    {call_time, [{P, BusyCount, S, Us}]} = erlang:trace_info({?MODULE, busy, 1}, call_time),
    ?P({FCount, BusyCount, S, Us < 1000000}),
    ?P(erlang:trace_pattern({?MODULE, f, 1}, pause, [call_time])),
    ?P(erlang:trace_pattern(All, false, [call_time]) > 3),
    ?P(erlang:trace_info({?MODULE, f, 1}, call_time)),
    ?P(erlang:trace_pattern({?MODULE, f, 1}, [{'_', [], []}], [call_count, local])),
    ?P(erlang:trace_info({?MODULE, f, 1}, traced)),
    ?P(erlang:trace_info({?MODULE, f, 1}, match_spec)),
    ?P(erlang:trace_pattern({?MODULE, f, 1}, true, [])),
    ?P(erlang:trace_info({?MODULE, f, 1}, traced)),
    ?P(erlang:trace_info({?MODULE, f, 1}, call_count)),
    ?P(erlang:trace_pattern({?MODULE, f, 1}, true, [call_count])),
    ?P(erlang:trace_info({?MODULE, f, 1}, traced)),
    ?P(erlang:trace_pattern({?MODULE, f, 1}, false, [call_count])),
    ?X(erlang:trace_pattern({?MODULE, f, 1}, [{'_', [], []}], [call_count])),
    ?X(erlang:trace_pattern({?MODULE, f, 1}, true, [local, global])),
    ?X(erlang:trace_pattern({'_', f, 1}, true, [local])),
    ?X(erlang:trace_pattern({?MODULE, '_', 1}, true, [local])),
    ?X(erlang:trace_pattern({?MODULE, f}, true, [local])),
    ?X(erlang:trace_pattern({?MODULE, f, x}, true, [local])),
    ?X(erlang:trace_pattern({?MODULE, f, 1}, [{'_', [], [{nonsense}]}], [local])),
    ?X(erlang:trace_pattern({?MODULE, f, 1}, nonsense, [local])),
    ?X(erlang:trace_pattern({?MODULE, f, 1}, true, [nonsense])),
    ?X(erlang:trace_pattern(nonsense, true, [])),
    ?X(erlang:trace_pattern({?MODULE, nope, 1}, true, [local])),
    ?X(erlang:trace_pattern({no_such_module, '_', '_'}, true, [local])).
