-module(trace_seq_and_dump).
-export([main/0, f/1, g/0]).
-include("../../t.hrl").

f(X) -> X.
g() -> seq_trace:get_token().

traced(Flags, Fun) ->
    Me = self(),
    {P, M} = spawn_monitor(fun() -> Me ! {ready, self()}, receive go -> Fun() end end),
    receive {ready, P} -> ok end,
    1 = erlang:trace(P, true, Flags),
    P ! go,
    receive {'DOWN', M, _, _, _} -> ok end,
    R = erlang:trace_delivered(P),
    collect(P, R).
collect(P, R) ->
    receive
        {trace_delivered, P, R} -> [];
        Message -> [Message | collect(P, R)]
    end.

with(What, Spec, Fun) ->
    erlang:trace_pattern({?MODULE, f, 1}, Spec, [local]),
    t:p(What),
    [t:p(M) || M <- traced([call], Fun)],
    erlang:trace_pattern({?MODULE, f, 1}, false, [local]).

main() ->
    with(is_seq_trace, [{'_', [], [{message, {is_seq_trace}}]}], fun() -> f(1), seq_trace:set_token(label, 17), f(2), seq_trace:set_token([]) end),
    with(get_seq_token, [{'_', [], [{message, {get_seq_token}}]}], fun() -> f(1), seq_trace:set_token(label, 17), f(2), seq_trace:set_token([]) end),
    with(set_seq_token, [{['$1'], [], [{set_seq_token, label, '$1'}, {message, false}]}], fun() -> f(18), {_, V} = seq_trace:get_token(label), exit(V) end),
    with(set_bad_token, [{'_', [], [{message, {set_seq_token, nonsense, 1}}]}], fun() -> f(18) end),
    with(enable_other, [{['$1'], [], [{message, {enable_trace, '$1', send}}]}], fun() -> f(self()), f(nobody), self() ! sent end),
    with(bad_flag, [{'_', [], [{message, {enable_trace, nonsense}}]}], fun() -> f(1) end),
    erlang:trace_pattern({?MODULE, f, 1}, [{'_', [], [{message, {process_dump}}]}], [local]),
    [{trace, _, call, {_, f, [1]}, Dump}] = traced([call], fun() -> f(1) end),
    ?P({is_binary(Dump), binary:match(Dump, <<"trace_seq_and_dump">>) =/= nomatch}),
    erlang:trace_pattern({?MODULE, f, 1}, false, [local]),
    ok.
