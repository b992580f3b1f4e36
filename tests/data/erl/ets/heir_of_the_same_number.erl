%% own_vm
%% An heir that has exited inherits nothing, nor does a process that has its number since.
-module(heir_of_the_same_number).
-export([main/0]).

main() ->
    logger:remove_handler(default),
    erts_debug:set_internal_state(available_internal_state, true),
    io:format("~p~n", [again(100)]).

again(0) -> never;
again(N) ->
    Main = self(),
    Next = erts_debug:get_internal_state(next_pid),
    {Founder, _} = spawn_monitor(fun() -> receive {go, Heir} -> ok end,
                                          ets:new(table, [named_table, public, {heir, Heir, data}]),
                                          Main ! made,
                                          receive stop -> ok end
                                 end),
    {Heir, Monitor} = spawn_monitor(fun() -> receive stop -> ok end end),
    Founder ! {go, Heir},
    receive made -> ok end,
    Heir ! stop,
    receive {'DOWN', Monitor, process, Heir, normal} -> ok end,
    erts_debug:set_internal_state(next_pid, Next),
    Others = others(Heir, 10),
    Founder ! stop,
    receive {'DOWN', _, process, Founder, normal} -> ok end,
    Result = {ets:info(table), [receive {P, Messages} -> Messages end || P <- Others, begin P ! {tell, self()}, true end]},
    case lists:member(Heir, Others) of
        true -> {element(1, Result), lists:append(element(2, Result))};
        false -> again(N - 1)
    end.

%% Processes until one has the number.
others(_, 0) -> [];
others(Heir, N) ->
    case spawn(fun() -> receive {tell, From} -> From ! {self(), element(2, process_info(self(), messages))} end end) of
        Heir -> [Heir];
        Other -> [Other | others(Heir, N - 1)]
    end.
