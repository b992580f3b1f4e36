%% Traces with a module of its own, whose functions are in C (tracers.c).
-module(tracers).
-export([main/0, enabled/3, enabled_send/3, trace/5, trace_procs/5, traced/1, outer/1]).

enabled(_, _, _) -> erlang:nif_error(not_loaded).
enabled_send(_, _, _) -> erlang:nif_error(not_loaded).
trace(_, _, _, _, _) -> erlang:nif_error(not_loaded).
trace_procs(_, _, _, _, _) -> erlang:nif_error(not_loaded).

main() -> spawn(fun run/0).

run() ->
    [p(catch erlang:trace(self(), true, [call, {tracer, Module, []}])) || Module <- [lists, no_such_module, 17, ?MODULE]],
    p(erlang:load_nif("./tracers", 0)),
    events(),
    calls(),
    meta(),
    refused(),
    new_processes(),
    sequential(),
    asked(),
    sessions(),
    halt().

p(Term) ->
    Own = self(),
    io:format("~0p~n", [plain(Term, Own)]).

%% Pids by role, traces by their first element.
plain(Own, Own) -> me;
plain(Pid, _) when is_pid(Pid) -> case get(Pid) of undefined -> other; Name -> Name end;
plain({'EXIT', {Reason, _}}, _) -> {'EXIT', Reason};
plain([Head | Tail], Own) -> [plain(Head, Own) | plain(Tail, Own)];
plain(Tuple, Own) when is_tuple(Tuple) -> list_to_tuple(plain(tuple_to_list(Tuple), Own));
plain(Map, Own) when is_map(Map) -> maps:map(fun(_, Value) -> plain(Value, Own) end, Map);
plain(Term, _) -> Term.

told() -> told([]).
told(Had) -> receive Message -> told([Message | Had]) after 100 -> lists:reverse(Had) end.

state(Answers) -> {self(), Answers, own}.
all() -> maps:from_keys(['send', 'receive', call, return_from, exception_from, return_to, spawn, spawned, exit, link, unlink, getting_linked, getting_unlinked,
                         register, unregister, in, out, trace_status, send_to_non_existing_process], trace).

%% Does what it is told, one step at a time.
tracee() -> spawn(fun loop/0).
loop() -> receive {From, Fun} -> From ! {done, catch Fun()}, loop(); stop -> ok; _ -> loop() end.
do(Pid, Fun) -> Pid ! {self(), Fun}, receive {done, Result} -> Result after 5000 -> nothing end.

without_funs({trace_procs, spawn, Pid, New, _}) -> {trace_procs, spawn, Pid, New};
without_funs(Message) -> Message.

traced(X) -> X + 1.
outer(X) -> [traced(X)].

events() ->
    Tracee = tracee(),
    put(Tracee, tracee),
    p(erlang:trace(Tracee, true, [send, procs, {tracer, ?MODULE, state(all())}])),
    Me = self(),
    p(erlang:trace_info(Tracee, tracer) =:= {tracer, {?MODULE, state(all())}}),
    do(Tracee, fun() -> Me ! hello end),
    p(told()),
    do(Tracee, fun() -> Dead = spawn(fun() -> receive go -> ok end end), put(dead, Dead), link(Dead), unlink(Dead), register(a_name, self()), unregister(a_name) end),
    p([without_funs(Message) || Message <- told()]),
    do(Tracee, fun() -> exit(get(dead), kill), receive after 50 -> ok end, get(dead) ! gone end),
    p(told()),
    p(erlang:trace(Tracee, false, [send])),
    p(erlang:trace(Tracee, true, ['receive', timestamp, {tracer, ?MODULE, state(all())}])),
    Tracee ! one,
    p([Message || {trace, _, _, one, _} = Message <- told()]),
    p(erlang:trace(Tracee, true, [monotonic_timestamp, scheduler_id, {tracer, ?MODULE, state(all())}])),
    p(erlang:trace(Tracee, false, [timestamp])),
    Tracee ! one,
    p([{Tag, maps:map(fun(scheduler_id, Id) -> is_integer(Id); (_, Value) -> Value end, Options)} || {trace, Tag, _, one, Options} <- told()]),
    Tracee ! stop,
    p([Reason || {trace_procs, exit, _, Reason, _} <- told()]).

calls() ->
    Tracee = tracee(),
    put(Tracee, tracee),
    p(erlang:trace_pattern({?MODULE, traced, 1}, [{['$1'], [{'>', '$1', 5}], [{return_trace}, {message, {{big, '$1'}}}]}, {['$1'], [], [{exception_trace}]}], [local])),
    p(erlang:trace(Tracee, true, [call, return_to, {tracer, ?MODULE, state(all())}])),
    do(Tracee, fun() -> outer(1) end),
    p(told()),
    do(Tracee, fun() -> outer(10) end),
    p(told()),
    do(Tracee, fun() -> catch outer(a) end),
    p([setelement(4, Message, there) || Message <- told()]),
    p(erlang:trace(Tracee, true, [arity, {tracer, ?MODULE, state(all())}])),
    do(Tracee, fun() -> outer(1) end),
    p([Message || {trace, call, _, _, _} = Message <- told()]),
    %% What its tracer discards.
    p(erlang:trace(Tracee, false, [all])),
    p(erlang:trace(Tracee, true, [call, {tracer, ?MODULE, state(#{trace_status => trace})}])),
    do(Tracee, fun() -> outer(10) end),
    p(told()),
    p(erlang:trace_pattern({?MODULE, traced, 1}, false, [local])),
    exit(Tracee, kill).

meta() ->
    p(erlang:trace_pattern({?MODULE, outer, 1}, [{'_', [], [{return_trace}]}], [{meta, ?MODULE, state(all())}])),
    p(erlang:trace_info({?MODULE, outer, 1}, meta) =:= {meta, {?MODULE, state(all())}}),
    Tracee = tracee(),
    put(Tracee, tracee),
    do(Tracee, fun() -> garbage_collect(), ?MODULE:outer(3) end),
    p(told()),
    p(erlang:trace_pattern({?MODULE, outer, 1}, true, [{meta, ?MODULE, state(#{trace_status => remove})}])),
    do(Tracee, fun() -> ?MODULE:outer(3) end),
    p(told()),
    p(erlang:trace_info({?MODULE, outer, 1}, meta)),
    p(erlang:trace_pattern({?MODULE, outer, 1}, false, [meta])),
    exit(Tracee, kill).

%% A tracer that says that it is gone is taken away.
refused() ->
    Tracee = tracee(),
    put(Tracee, tracee),
    p(erlang:trace(Tracee, true, [call, {tracer, ?MODULE, state(#{trace_status => remove})}])),
    p(erlang:trace_pattern({?MODULE, traced, 1}, true, [local])),
    do(Tracee, fun() -> outer(1) end),
    p(told()),
    p(erlang:trace_info(Tracee, tracer)),
    p(erlang:trace_info(Tracee, flags)),
    p(erlang:trace_pattern({?MODULE, traced, 1}, false, [local])),
    exit(Tracee, kill).

new_processes() ->
    p(erlang:trace(new_processes, true, [procs, set_on_spawn, {tracer, ?MODULE, state(all())}])),
    {Pid, Tag} = spawn_monitor(fun() -> spawn(lists, seq, [1, 2]) end),
    put(Pid, child),
    receive {'DOWN', Tag, process, Pid, _} -> ok end,
    p(erlang:trace(new_processes, false, [all])),
    p(lists:sort([{Event, Who =:= Pid} || {trace_procs, Event, Who, _, _} <- told()])).

sequential() ->
    Sequential = state((all())#{seq_trace => trace}),
    p(seq_trace:set_system_tracer({?MODULE, Sequential})),
    p(seq_trace:get_system_tracer() =:= {?MODULE, Sequential}),
    p(catch seq_trace:set_system_tracer({lists, []})),
    Tracee = tracee(),
    put(Tracee, tracee),
    seq_trace:set_token(label, 17),
    seq_trace:set_token(send, true),
    seq_trace:set_token('receive', true),
    seq_trace:set_token(print, true),
    seq_trace:set_token(monotonic_timestamp, true),
    Tracee ! {hello},
    seq_trace:print(something),
    seq_trace:set_token([]),
    p(told()),
    p(seq_trace:set_system_tracer(false) =:= {?MODULE, Sequential}),
    exit(Tracee, kill).

%% What is asked.
asked() ->
    Tracee = tracee(),
    put(Tracee, tracee),
    erlang:trace_pattern({?MODULE, traced, 1}, true, [local]),
    p(erlang:trace(Tracee, true, [send, call, {tracer, ?MODULE, state((all())#{verbose => yes})}])),
    told(),
    Me = self(),
    do(Tracee, fun() -> Me ! hello, traced(1) end),
    p(lists:usort([Message || Message <- told(), is_tuple(Message)])),
    erlang:trace_pattern({?MODULE, traced, 1}, false, [local]),
    exit(Tracee, kill).

sessions() ->
    case erlang:system_info(otp_release) of
        "25" -> ok;
        _ ->
            Session = trace:session_create(mine, {?MODULE, state(all())}, []),
            Tracee = tracee(),
            put(Tracee, tracee),
            p(trace:process(Session, Tracee, true, [call])),
            p(trace:function(Session, {?MODULE, traced, 1}, true, [local])),
            do(Tracee, fun() -> traced(1) end),
            p([Message || {trace, call, _, _, _} = Message <- told()]),
            p(trace:session_destroy(Session)),
            p(catch trace:session_create(mine, {lists, []}, []))
    end.
