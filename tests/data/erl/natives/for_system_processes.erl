%% own_vm
%% Natives that are there for processes of the system alone: what others get who call them, and what such a process is like for others.
-module(for_system_processes).
-export([main/0, serve/2]).

main() ->
    [show(Name, Call) || {Name, Call} <- refused()],
    Me = self(),
    Pid = erts_internal:spawn_system_process(?MODULE, serve, [Me, started]),
    t:p(started, receive {Pid, started, About} -> About after 5000 -> nothing end),
    t:p(is_system_process, [erts_internal:is_system_process(Each) || Each <- [Pid, Me, whereis(init)]]),
    t:p(listed, lists:member(Pid, processes())),
    t:p(info, [process_info(Pid, Item) || Item <- [status, messages, current_function, priority]]),
    t:p(alive, is_process_alive(Pid)),
    t:p(still_there, ask(Pid, question)),
    show(suspended, fun() -> erlang:suspend_process(Pid) end),
    show(resumed, fun() -> erlang:resume_process(Pid) end),
    show(linked, fun() -> link(Pid) end),
    show(led, fun() -> group_leader(Me, Pid) end),
    show(traced, fun() -> erlang:trace(Pid, true, [procs]) end),
    t:p(collected, erlang:garbage_collect(Pid)),
    t:p(unlinked, unlink(Pid)),
    t:p(still_there, ask(Pid, again)).

refused() ->
    Gone = spawn(fun() -> ok end),
    [{release_area_switch, fun() -> erts_literal_area_collector:release_area_switch() end},
     {send_copy_request, fun() -> erts_literal_area_collector:send_copy_request(self(), t:id(1), init) end},
     {send_copy_request, fun() -> erts_literal_area_collector:send_copy_request(t:id(x), y, z) end},
     {dirty_process_handle_signals, fun() -> erts_internal:dirty_process_handle_signals(self()) end},
     {dirty_process_handle_signals, fun() -> erts_internal:dirty_process_handle_signals(Gone) end},
     {dirty_process_handle_signals, fun() -> erts_internal:dirty_process_handle_signals(t:id(x)) end},
     {check_dirty_process_code, fun() -> erts_internal:check_dirty_process_code(self(), t:id(lists)) end},
     {purge_module, fun() -> erts_internal:purge_module(t:id(lists), prepare) end},
     {check, fun() -> erts_trace_cleaner:check() end},
     {send_trace_clean_signal, fun() -> erts_trace_cleaner:send_trace_clean_signal(self()) end},
     {send_trace_clean_signal, fun() -> erts_trace_cleaner:send_trace_clean_signal(t:id(x)) end}].

serve(To, What) ->
    To ! {self(), What, {erts_internal:is_system_process(self()), group_leader() =:= group_leader(), process_flag(priority, normal)}},
    receive {From, Next} -> serve(From, Next) end.

ask(Pid, What) ->
    Pid ! {self(), What},
    receive {Pid, What, Said} -> Said after 5000 -> nothing end.

show(Name, Call) ->
    t:p(Name, try Call() catch Class:Reason:Rows -> failed(Class, Reason, hd(Rows)) end).

failed(Class, Reason, {M, F, A, Info}) ->
    {Class, Reason, M, F, if is_list(A) -> length(A); true -> A end, proplists:get_value(error_info, Info)}.
