%% Natives for tests of the machine itself, and those of dynamic tracing, which this build of OTP lacks.
-module(debug_natives).
-export([main/0]).

main() ->
    [t:x({dt, Name, Arguments}, fun() -> apply(erlang, Name, Arguments) end)
     || {Name, Arguments} <- [{dt_get_tag, []}, {dt_get_tag_data, []}, {dt_put_tag, [<<"t">>]}, {dt_spread_tag, [true]}, {dt_restore_tag, [true]},
                              {dt_append_vm_tag_data, [<<"d">>]}, {dt_prepend_vm_tag_data, [<<"d">>]}]],
    t:x(fun() -> erlang:seq_trace_info(label) end),
    t:x(fun() -> erlang:seq_trace_info(t:id(other)) end),
    t:x(fun() -> erlang:seq_trace_print(term) end),
    t:x(fun() -> erlang:seq_trace_print(0, term) end),
    t:x(fun() -> erlang:seq_trace_print(t:id(a), term) end),
    t:x(fun() -> erts_debug:get_internal_state(t:id(no_such_state)) end),
    t:x(fun() -> erts_debug:set_internal_state(t:id(no_such_state), 1) end),
    t:x(fun() -> erts_debug:breakpoint(t:id(a), true) end),
    [t:x(fun() -> erts_debug:breakpoint(t:id(Pattern), On) end)
     || {Pattern, On} <- [{{a, b, c}, true}, {{a, b}, true}, {{1, b, 1}, true}, {{'_', b, 1}, true}, {{'_', '_', 1}, false}, {{a, '_', 0}, true},
                          {{no_such_module, '_', '_'}, other}]],
    [t:x(fun() -> erts_internal:purge_module(t:id(Module), Step) end)
     || {Module, Step} <- [{lists, prepare}, {no_such_module, complete}, {lists, 1}, {1, abort}]],
    t:x(fun() -> erts_debug:disassemble({t:id(no_such_module), f, 0}) end),
    t:x(fun() -> erts_debug:disassemble(t:id(a)) end),
    [t:x(Name, fun() -> erts_debug:Name(wait, 1) end) || Name <- [dirty_cpu, dirty_io]],
    t:x(fun() -> erts_debug:dirty_cpu(t:id(no_such_thing), 1) end),
    [t:x({scheduler, Kind}, fun() -> erts_debug:dirty_cpu(scheduler, Kind) end) || Kind <- [type]],
    t:x(fun() -> erts_debug:lcnt_control(copy_save) end),
    t:x(fun() -> erts_debug:lcnt_control(mask) end),
    t:x(fun() -> erts_debug:lcnt_clear() end),
    t:x(fun() -> erts_debug:lcnt_collect() end),
    [t:x({dist, Atoms, Bytes}, fun() -> erts_debug:dist_ext_to_term(Atoms, Bytes) end)
     || {Atoms, Bytes} <- [{{}, <<131, 97, 1>>}, {{}, <<97, 1>>}, {{}, <<131, 97, 1, 2>>}, {{}, <<>>}, {{a, b}, <<131, 104, 2, 82, 1, 82, 0>>},
                           {{a}, <<131, 82, 1>>}, {{1}, <<131, 97, 1>>}, {[], <<131, 97, 1>>}, {{a}, a}]],
    t:x(fun() -> erlang:delete_module(t:id(no_such_module)) end),
    t:x(fun() -> erlang:delete_module(t:id("name")) end),
    t:x(fun() -> erlang:finish_after_on_load(t:id(no_such_module), true) end),
    t:x(fun() -> {error, {Why, Text}} = erlang:load_nif("/nonexistent/library", 0), {Why, lists:all(fun is_integer/1, Text)} end),
    t:x(fun() -> erlang:setnode(t:id(a), t:id(b)) end).
