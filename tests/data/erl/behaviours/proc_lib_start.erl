-module(proc_lib_start).
-export([main/0]).
-include("../../t.hrl").
-export([init_ok/1, init_fail/1, init_crash/0]).

main() ->
    ?P(proc_lib:start(?MODULE, init_ok, [self()])), ?P(receive {p, X} -> X end), process_flag(trap_exit, true), ?P(proc_lib:start_link(?MODULE, init_fail, [self()])), ?P(receive {'EXIT', _, R} -> R after 100 -> none end), ?P(element(1, element(2, proc_lib:start(?MODULE, init_crash, [])))), ?P(proc_lib:start(timer, sleep, [5000], 20)), P = proc_lib:spawn(fun() -> receive {ask, F} -> F ! {get('$ancestors'), get('$initial_call')} end end), P ! {ask, self()}, ?P(receive {An, Ic} when is_list(An) -> {hd(An) =:= self(), element(1, Ic)} end), ?P(proc_lib:initial_call(P) =/= x), ?P(proc_lib:translate_initial_call(whereis(kernel_sup))), ?X(proc_lib:stop(no_such_registered_p, normal, 500)), Q = proc_lib:spawn(fun() -> proc_lib:hibernate(?MODULE, init_ok, [self()]) end), ?P(is_pid(Q)).

init_ok(Me) -> Me ! {p, {length(get('$ancestors')) > 0, get('$initial_call')}}, proc_lib:init_ack({ok, started}).
init_fail(Me) -> proc_lib:init_ack(Me, {error, refused}), exit(normal).
init_crash() -> error(crashed).
