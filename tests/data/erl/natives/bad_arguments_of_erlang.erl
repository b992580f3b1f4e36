%% not: zeal
%% timeout: 120
-module(bad_arguments_of_erlang).
-include("../../bad_arguments.hrl").

main() -> b(erlang, skipped(), [1, 2]).

%% What ends things, waits, changes the node or the process, or tells times and numbers of processes.
skipped() ->
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
     module_loaded, pre_loaded, loaded, is_process_alive].
