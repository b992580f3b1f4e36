%% Every native of a module with every combination of some arguments, most of them bad. A line a function: how many calls, how many
%% values and their hash, and the errors by their number: class, reason, the uppermost frame and its error_info.
-export([main/0]).

b(M, Arities) ->
    {module, M} = code:ensure_loaded(M),
    Skipped = skipped(M),
    [one(M, F, A) || {F, A} <- lists:sort(M:module_info(exports)), lists:member(A, Arities), erlang:is_builtin(M, F, A), not lists:member(F, Skipped)].

%% What ends things, waits, changes the node or the process, or tells times, numbers of processes and what the machine looks like inside.
skipped(erlang) ->
    [halt, exit, throw, error, raise, hibernate, yield, apply, spawn, spawn_link, spawn_opt, spawn_monitor, spawn_request, spawn_request_abandon,
     system_flag, open_port, process_flag, group_leader, register, unregister, garbage_collect, trace, trace_pattern, trace_info, trace_delivered,
     purge_module, delete_module, load_module, load_nif, nif_error, erase, put, send, '!', send_nosuspend, suspend_process, resume_process,
     system_monitor, system_profile, set_cookie, setnode, disconnect_node, finish_loading, finish_after_on_load, call_on_load_function,
     prepare_loading, check_process_code, delay_trap, port_close, port_connect, port_command, port_control, port_call, dist_ctrl_get_data,
     dist_ctrl_put_data, dist_ctrl_input_handler, dist_ctrl_get_opt, dist_ctrl_set_opt, dist_get_stat, seq_trace, seq_trace_info, seq_trace_print,
     display, display_nl, display_string, alias, unalias, monitor_node, monitor, demonitor, link, unlink, make_ref, bump_reductions,
     process_display, statistics, system_info, memory, read_timer, cancel_timer, start_timer, send_after, md5_update, md5_final, md5_init, nodes,
     ports, port_info, port_set_data, port_get_data, processes_next, process_info, registered, universaltime, localtime, monotonic_time,
     system_time, time_offset, unique_integer, timestamp, now, iolist_to_iovec, localtime_to_universaltime, universaltime_to_localtime,
     dt_put_tag, dt_append_vm_tag_data, dt_get_tag, dt_get_tag_data, dt_prepend_vm_tag_data, dt_restore_tag, dt_spread_tag, exit_signal,
     module_loaded, pre_loaded, loaded, is_process_alive];
skipped(ets) -> [all, internal_delete_all, i];
skipped(unicode) -> [bin_is_7bit];
skipped(math) -> [acosh, asinh, atanh, erf, erfc];
skipped(re) -> [internal_run, compile];
skipped(os) -> [putenv, unsetenv, set_signal, getenv, env, perf_counter, system_time, timestamp];
skipped(erts_debug) -> except(erts_debug, [flat_size, size, same]);
skipped(persistent_term) -> except(persistent_term, [get, erase]);
skipped(_) -> [].

except(M, Wanted) -> [F || {F, _} <- M:module_info(exports)] -- Wanted.

one(M, F, A) ->
    {_, Ref} = spawn_monitor(fun() -> exit({results, calls(M, F, A)}) end),
    receive {'DOWN', Ref, _, _, {results, Results}} -> ok end,
    Values = [V || {ok, V} <- Results],
    Errors = [E || {error, E} <- Results],
    Counts = [{length([x || E1 <- Errors, E1 =:= E]), E} || E <- lists:usort(Errors)],
    io:format("~w:~w/~w ~w: ~w ~w~n", [M, F, A, length(Results), length(Values), erlang:phash2(Values)]),
    [io:format("  ~w ~0p~n", [N, E]) || {N, E} <- Counts].

calls(M, F, A) ->
    ets:new(bad_arguments, [public, named_table, ordered_set]),
    [begin
         ets:insert(bad_arguments, [{1, x}, {a, 1}]),
         Result = try apply(M, F, Arguments) of V -> {ok, t:s(V)} catch C:E:S -> {error, {C, t:s(E), raised(S)}} end,
         flush(),
         ets:info(bad_arguments, size) =:= undefined andalso ets:new(bad_arguments, [public, named_table, ordered_set]),
         Result
     end || Arguments <- combinations(A, values(A))].

flush() -> receive _ -> flush() after 0 -> ok end.

raised([{M, F, Arguments, Location} | _]) ->
    {M, F, if is_list(Arguments) -> {arguments, length(Arguments)}; true -> Arguments end, t:s(proplists:get_value(error_info, Location))}.

combinations(0, _) -> [[]];
combinations(N, Values) -> [[V | Rest] || V <- Values, Rest <- combinations(N - 1, Values)].

values(1) ->
    [a, [], '', 0, -1, 1, 255, 256, 1114112, 1 bsl 31, 1 bsl 59, 1 bsl 64, -(1 bsl 64), 1.5, -1.5, 1.0e300, {}, {a}, {a, 1}, {1, 2, 3}, "abc", [a | b], [1, 2 | 3], [{a, 1}, {b}], [[a]], [256], [-1], <<>>, <<"abc">>, <<"12">>, <<255, 254>>, <<1:3>>, <<"1.5">>, #{}, #{a => 1}, fun lists:map/2, bad_arguments, undefined, true, "12", "1.5", {0, 0, 0}, {{2020, 1, 1}, {0, 0, 0}}, [{a, 1} | b], "-", [1.5], ["ab", <<"c">>], [<<1:1>>], <<"a,b">>];
values(2) ->
    [a, [], 0, -1, 1, 1 bsl 64, 1.5, {}, {a, 1}, "abc", [a | b], <<>>, <<"abc">>, <<1:3>>, #{}, #{a => 1}, fun lists:map/2, bad_arguments, utf8, [{a, 1}], {0, 1}];
values(3) ->
    [a, [], 0, 1, -1, 1 bsl 64, {a, 1}, "abc", <<"abc">>, <<1:3>>, #{a => 1}, bad_arguments];
values(4) ->
    [a, [], 1, -1, "abc", <<"abc">>, bad_arguments];
values(_) ->
    [a, [], 1, bad_arguments].
