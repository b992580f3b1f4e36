-module(trace_meta).
-export([main/0, f/1, g/1]).
-include("../../t.hrl").

f(X) -> X.
g(X) -> {f(X)}.

drop({trace_ts, P, What, A, T}) when is_tuple(T), is_pid(P) -> {What, A, tuple_size(T)};
drop({trace_ts, P, What, A, B, T}) when is_tuple(T), is_pid(P) -> {What, A, B, tuple_size(T)}.

in_other(Fun) ->
    {_, M} = spawn_monitor(Fun),
    receive {'DOWN', M, _, _, _} -> ok end,
    R = erlang:trace_delivered(all),
    collect(R).
collect(R) ->
    receive
        {trace_delivered, all, R} -> [];
        Message -> [drop(Message) | collect(R)]
    end.

main() ->
    ?P(erlang:trace_pattern({?MODULE, f, 1}, [{'_', [], [{return_trace}]}], [meta])),
    ?P(in_other(fun() -> g(1), f(2) end)),
    ?P(erlang:trace_info({?MODULE, f, 1}, meta)),
    ?P(erlang:trace_info({?MODULE, f, 1}, meta_match_spec)),
    ?P(erlang:trace_info({?MODULE, f, 1}, traced)),
    g(own), t:p(t:flush(10)),
    ?P(erlang:trace_pattern({?MODULE, f, 1}, [{[no], [], []}], [meta])),
    ?P(in_other(fun() -> f(yes), f(no) end)),
    ?P(erlang:trace_pattern({?MODULE, f, 1}, [{'_', [], [{exception_trace}]}], [local, {meta, self()}])),
    ?P(erlang:trace_info({?MODULE, f, 1}, traced)),
    ?P(in_other(fun() -> f(yes) end)),
    ?P(erlang:trace_pattern({?MODULE, f, 1}, false, [local])),
    ?P(erlang:trace_info({?MODULE, f, 1}, traced)),
    ?P(in_other(fun() -> f(yes) end)),
    {T, M} = spawn_monitor(fun() -> receive stop -> ok end end),
    ?P(erlang:trace_pattern({?MODULE, f, 1}, true, [{meta, T}])),
    T ! stop, receive {'DOWN', M, _, _, _} -> ok end,
    ?P(in_other(fun() -> f(yes) end)),
    ?P(erlang:trace_info({?MODULE, f, 1}, meta)),
    ?P(erlang:trace_pattern({?MODULE, f, 1}, false, [meta])),
    ?P(erlang:trace_info({?MODULE, f, 1}, meta)).
