%% Natives that the modules of OTP call for others, by themselves: what they say to arguments that are of no kind, and what they give.
-module(internal_arguments).
-export([main/0]).

main() ->
    [show(Name, Fun) || {Name, Fun} <- badly()],
    [show(Name, Fun) || {Name, Fun} <- well()].

badly() ->
    [{check_process_code, fun() -> erts_internal:check_process_code(t:id(bad)) end},
     {check_dirty_process_code, fun() -> erts_internal:check_dirty_process_code(t:id(bad), bad) end},
     {counters_new, fun() -> erts_internal:counters_new(t:id(bad)) end},
     {counters_get, fun() -> erts_internal:counters_get(t:id(bad), 1) end},
     {counters_info, fun() -> erts_internal:counters_info(t:id(bad)) end},
     {atomics_new, fun() -> erts_internal:atomics_new(t:id(bad), bad) end},
     {abort_pending_connection, fun() -> erts_internal:abort_pending_connection(t:id(1), bad) end},
     {create_dist_channel, fun() -> erts_internal:create_dist_channel(t:id(1), bad, bad) end},
     {dist_spawn_request, fun() -> erts_internal:dist_spawn_request(t:id(bad), bad, bad, bad) end},
     {new_connection, fun() -> erts_internal:new_connection(t:id(1)) end},
     {open_port, fun() -> erts_internal:open_port(t:id(bad), bad) end},
     {port_call, fun() -> erts_internal:port_call(t:id(bad), 1, bad) end},
     {port_close, fun() -> erts_internal:port_close(t:id(1)) end},
     {port_command, fun() -> erts_internal:port_command(t:id(1), <<>>, []) end},
     {port_connect, fun() -> erts_internal:port_connect(t:id(1), self()) end},
     {port_control, fun() -> erts_internal:port_control(t:id(1), 1, <<>>) end},
     {prepare_loading, fun() -> erts_internal:prepare_loading(t:id(bad), bad) end},
     {process_display, fun() -> erts_internal:process_display(t:id(bad), backtrace) end},
     {scheduler_wall_time, fun() -> erts_internal:scheduler_wall_time(t:id(bad)) end},
     {spawn_request, fun() -> erts_internal:spawn_request(t:id(1), bad, bad, bad) end},
     {system_monitor_1, fun() -> erts_internal:system_monitor(t:id(bad)) end},
     {system_monitor_3, fun() -> erts_internal:system_monitor(t:id(bad), bad, bad) end},
     {trace_3, fun() -> erts_internal:trace(t:id(bad), true, []) end},
     {trace_4, fun() -> erts_internal:trace(t:id(bad), bad, true, []) end},
     {trace_info, fun() -> erts_internal:trace_info(t:id(bad), bad, bad) end},
     {trace_pattern_3, fun() -> erts_internal:trace_pattern(t:id(bad), true, []) end},
     {trace_pattern_4, fun() -> erts_internal:trace_pattern(t:id(bad), bad, true, []) end},
     {trace_session_create, fun() -> erts_internal:trace_session_create(t:id(1), bad, bad) end},
     {trace_session_destroy, fun() -> erts_internal:trace_session_destroy(t:id(bad)) end},
     {processes_next, fun() -> erts_internal:processes_next(t:id(bad)) end}].

well() ->
    [{counters, fun() ->
         Counters = erts_internal:counters_new(3),
         ok = erts_internal:counters_put(Counters, 2, 5),
         ok = erts_internal:counters_add(Counters, 2, -7),
         {[erts_internal:counters_get(Counters, N) || N <- [1, 2, 3]], maps:get(size, erts_internal:counters_info(Counters))}
     end},
     {check_process_code, fun() -> erts_internal:check_process_code(lists) end},
     {scheduler_wall_time, fun() -> [erts_internal:scheduler_wall_time(On) || On <- [false, false]] end},
     {trace, fun() -> [erts_internal:trace(self(), On, [procs]) || On <- [true, false]] end},
     {trace_pattern, fun() -> [erts_internal:trace_pattern({?MODULE, main, 0}, On, []) || On <- [true, false]] end}].

show(Name, Fun) ->
    Said = try Fun() catch Class:Why:Stack -> {Class, Why, where(Stack)} end,
    t:p(Name, Said).

where([{M, F, A, _} | _]) when is_list(A) -> {M, F, length(A)};
where([{M, F, A, _} | _]) -> {M, F, A}.
