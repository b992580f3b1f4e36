%% since: 27
-module(trace_sessions).
-export([main/0, f/1, g/1]).
-include("../../t.hrl").

f(X) -> X.
g(X) -> {f(X)}.

tracer(Name, To) -> receive stop -> ok; M -> To ! {Name, M}, tracer(Name, To) end.

collect() -> collect(200).
collect(T) -> receive {_, {trace, _, _, _}} = M -> [M | collect(T)]; {_, {trace, _, _, _, _}} = M -> [M | collect(T)] after T -> [] end.

main() ->
    Me = self(),
    T1 = spawn(fun() -> tracer(one, Me) end),
    T2 = spawn(fun() -> tracer(two, Me) end),
    S1 = trace:session_create(first, T1, []),
    S2 = trace:session_create(second, T2, []),
    ?P([N || {N, _} <- trace:session_info(all)]),
    ?P(trace:function(S1, {?MODULE, f, 1}, true, [local])),
    ?P(trace:function(S2, {?MODULE, f, 1}, [{'_', [], [{return_trace}]}], [local])),
    ?P(trace:function(S2, {?MODULE, g, 1}, true, [])),
    {P, M} = spawn_monitor(fun() -> Me ! ready, receive go -> ?MODULE:g(1), f(2) end end),
    receive ready -> ok end,
    ?P(trace:process(S1, P, true, [call])),
    ?P(trace:process(S2, P, true, [call, procs])),
    ?P(trace:info(S1, P, flags)),
    ?P(trace:info(S2, P, flags)),
    ?P(erlang:trace_info(P, flags)),
    ?P(lists:sort([N || {N, _} <- trace:session_info(P)])),
    ?P(lists:sort([N || {N, _} <- trace:session_info({?MODULE, f, 1})])),
    ?P(trace:info(S1, {?MODULE, f, 1}, traced)),
    ?P(trace:info(S1, {?MODULE, g, 1}, traced)),
    ?P(trace:info(S2, {?MODULE, g, 1}, traced)),
    ?P(erlang:trace_info({?MODULE, f, 1}, traced)),
    P ! go, receive {'DOWN', M, _, _, _} -> ok end,
    All = collect(),
    [t:p(X) || {one, X} <- All],
    [t:p(X) || {two, X} <- All],
    ?P(trace:session_destroy(S1)),
    ?P(trace:session_destroy(S1)),
    ?P([N || {N, _} <- trace:session_info(all)]),
    ?X(trace:process(S1, self(), true, [call])),
    ?X(trace:function(S1, {?MODULE, f, 1}, true, [local])),
    ?X(trace:info(S1, {?MODULE, f, 1}, traced)),
    ?P([N || {N, _} <- trace:session_info({?MODULE, f, 1})]),
    ?P(trace:send(S2, [{['_', no], [], []}], [])),
    ?P(trace:info(S2, send, match_spec)),
    ?P(erlang:trace_info(send, match_spec)),
    ?P(trace:recv(S2, false, [])),
    ?X(trace:process(S2, self(), true, [call, {tracer, self()}])),
    ?X(trace:session_create("no atom", T1, [])),
    ?X(trace:session_create(name, nobody, [])),
    ?X(trace:session_create(name, T1, [option])),
    ?X(trace:session_destroy(nonsense)),
    ?P(trace:session_destroy(S2)),
    ?P(trace:session_info({?MODULE, f, 1})),
    ?P(trace:session_info({?MODULE, nope, 1})),
    T1 ! stop, T2 ! stop.
