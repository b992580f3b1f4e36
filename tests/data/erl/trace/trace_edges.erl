-module(trace_edges).
-export([main/0, f/1, dies/1]).
-include("../../t.hrl").

f(X) -> X.
dies(throw) -> throw(t:id(ball));
dies(error) -> error(t:id(bad));
dies(exit) -> exit(t:id(bye)).

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

show(What, Messages) ->
    t:p(What),
    [t:p(M) || M <- Messages].

main() ->
    logger:set_primary_config(level, none),
    XT = [{'_', [], [{exception_trace}]}],
    erlang:trace_pattern({?MODULE, dies, 1}, XT, [local]),
    show(throws, traced([call], fun() -> dies(throw) end)),
    show(catches, traced([call], fun() -> catch dies(throw) end)),
    show(errors, traced([call], fun() -> dies(error) end)),
    show(exits, traced([call], fun() -> dies(exit) end)),
    erlang:trace_pattern({?MODULE, dies, 1}, false, [local]),
    logger:set_primary_config(level, notice),
    erlang:trace_pattern({erlang, process_info, 2}, [{'_', [], [{return_trace}]}], [local]),
    [{trace, P, call, {erlang, process_info, [P, current_function]}}, Return] =
        traced([call], fun() -> X = process_info(self(), current_function), t:id(X) end),
    t:p(Return),
    erlang:trace_pattern({erlang, process_info, 2}, false, [local]),
    erlang:trace_pattern({?MODULE, f, 1}, true, [local]),
    show(sensitive, traced([call, send, 'receive', procs], fun() ->
        f(1), process_flag(sensitive, true), f(2), self() ! x, receive x -> ok end, process_flag(sensitive, false), f(3) end)),
    show(applies, traced([call], fun() -> apply(?MODULE, f, [t:id(1)]), apply(fun ?MODULE:f/1, [t:id(2)]), (t:id(?MODULE)):f(3) end)),
    erlang:trace_pattern({?MODULE, f, 1}, false, [local]),
    erlang:trace_pattern({erlang, apply, '_'}, true, [local]),
    show(apply_itself, traced([call], fun() -> apply(?MODULE, f, [t:id(1)]), apply(fun ?MODULE:f/1, t:id([2])) end)),
    erlang:trace_pattern({erlang, apply, '_'}, false, [local]),
    {T, TM} = spawn_monitor(fun() -> receive stop -> ok end end),
    ?P(erlang:trace(new, true, [send, {tracer, T}])),
    ?P(erlang:trace_info(new, flags)),
    T ! stop, receive {'DOWN', TM, _, _, _} -> ok end,
    ?P(erlang:trace_info(new, flags)),
    ?P(erlang:trace_info(new, tracer)),
    S = spawn(fun() -> process_flag(sensitive, true), receive stop -> ok end end),
    t:wait(fun() -> process_info(S, current_function) =/= undefined andalso process_info(S, backtrace) =:= {backtrace, <<>>} end),
    ?P(process_info(S, backtrace)),
    S ! stop.
