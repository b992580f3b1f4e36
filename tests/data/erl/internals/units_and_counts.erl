%% Small facts that OTP's own modules ask the machine for.
-module(units_and_counts).
-export([main/0]).

main() ->
    t:p(time_unit, erts_internal:time_unit()),
    t:p(counter_unit, is_integer(erts_internal:perf_counter_unit())),
    t:p(creation, erts_internal:get_creation()),
    t:p(dflags, tuple_size(erts_internal:get_dflags())),
    t:p(aux, is_integer(erts_internal:no_aux_work_threads())),
    t:p(system_process, [erts_internal:is_system_process(P) || P <- [whereis(init), whereis(erts_code_purger), self(), whereis(kernel_sup)]]),
    t:x(fun() -> erts_internal:is_system_process(t:id(a)) end),
    t:p(executing_dirty, erts_internal:is_process_executing_dirty(self())),
    t:x(fun() -> erts_internal:is_process_executing_dirty(t:id(a)) end),
    t:p(collected, [erts_internal:garbage_collect(Kind) || Kind <- [major, minor]]),
    t:x(fun() -> erts_internal:garbage_collect(t:id(other)) end),
    t:p(check, erts_internal:system_check(schedulers)),
    t:x(fun() -> erts_internal:system_check(t:id(other)) end),
    Ref = make_ref(),
    t:p(alive, [begin erts_internal:is_process_alive(P, Ref), receive {Ref, Alive} -> Alive after 1000 -> none end end
                || P <- [self(), spawn(fun() -> receive stop -> ok end end), dead()]]),
    t:x(fun() -> erts_internal:is_process_alive(t:id(a), Ref) end),
    t:x(fun() -> erts_internal:is_process_alive(self(), t:id(a)) end),
    t:p(leader, erts_internal:group_leader(group_leader(), self())),
    t:x(fun() -> erts_internal:group_leader(t:id(a), self()) end),
    t:p(flag, [erts_internal:process_flag(self(), save_calls, N) || N <- [3, 0]]),
    t:x(fun() -> erts_internal:process_flag(self(), t:id(priority), low) end),
    t:x(fun() -> erts_internal:suspend_process(t:id(a), []) end),
    t:x(fun() -> erts_internal:port_info(t:id(a)) end),
    t:x(fun() -> erts_internal:port_info(t:id(a), name) end),
    t:p(range, io:printable_range()),
    t:p(warnings, error_logger:warning_map()),
    t:p(re, is_binary(re:version())),
    t:p(universal, tuple_size(erlang:universaltime())),
    t:x(fun() -> net_kernel:dflag_unicode_io(self()) end),
    t:x(fun() -> net_kernel:dflag_unicode_io(t:id(a)) end),
    t:p(seven_bit, [unicode:bin_is_7bit(B) || B <- [<<>>, <<"a">>, <<"a", 200>>, <<1:3>>, <<0:9>>, a, "a", binary:part(<<"abc">>, 3, 0)]]),
    t:p([erlang:apply(erlang, '=:=', [A, B]) || {A, B} <- [{1, 1}, {1, 1.0}, {a, b}]]),
    t:p(interpreter, is_integer(erts_debug:interpreter_size())),
    t:p(instructions, is_list(erts_debug:instructions())).

dead() ->
    {P, Ref} = spawn_monitor(fun() -> ok end),
    receive {'DOWN', Ref, _, _, _} -> P end.
