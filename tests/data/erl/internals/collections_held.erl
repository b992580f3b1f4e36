-module(collections_held).
-export([main/0]).

%% A process that may not be collected is when it may again, or says that it was not when it exits.
main() ->
    erts_debug:set_internal_state(available_internal_state, true),
    [t:p({How, held(How)}) || How <- [allows, exits]],
    %% Other programs of the same machine find it as it was.
    erts_debug:set_internal_state(available_internal_state, false).

held(How) ->
    Me = self(),
    Pid = spawn(fun() ->
        Before = erts_debug:set_internal_state(gc_state, false),
        Me ! {held, Before},
        receive go -> ok end,
        How =:= exits andalso exit(bye),
        Me ! {allowed, erts_debug:set_internal_state(gc_state, true)},
        receive after infinity -> ok end
    end),
    Before = receive {held, Allowed} -> Allowed end,
    async = garbage_collect(Pid, [{async, one}]),
    Early = receive {garbage_collect, one, Done} -> Done after 300 -> waits end,
    Pid ! go,
    Late = [receive {garbage_collect, one, AtLast} -> AtLast end || Early =:= waits],
    exit(Pid, kill),
    {Before, Early, Late}.
