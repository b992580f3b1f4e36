-module(persistent_term_lets_go).
-export([main/0]).

%% Who erases a persistent term finds the process that collects literals at work, and when that is idle nobody holds the term.
main() -> t:p(lists:usort([once(Round) || Round <- lists:seq(1, 30)])).

once(Round) ->
    Key = {?MODULE, Round},
    persistent_term:put(Key, [make_ref()]),
    Literal = persistent_term:get(Key),
    0 = erts_debug:size_shared(Literal),
    Holders = [spawn_monitor(fun() -> holder(Literal) end) || _ <- lists:seq(1, 20)],
    [Pid ! {Number, Literal} || {Pid, _} <- Holders, Number <- lists:seq(1, 100)],
    persistent_term:erase(Key),
    receive after 1 -> ok end,
    idle(collector()),
    [Pid ! look || {Pid, _} <- Holders],
    lists:usort([receive {'DOWN', Monitor, process, Pid, Found} -> Found end || {Pid, Monitor} <- Holders]).

holder(Literal) ->
    receive look -> ok end,
    receive {100, Same} -> exit({erts_debug:size_shared(Literal) > 0, erts_debug:size_shared(Same) > 0}) end.

collector() ->
    [Pid] = [Pid || Pid <- processes(), process_info(Pid, initial_call) =:= {initial_call, {erts_literal_area_collector, start, 0}}],
    Pid.

idle(Collector) ->
    Reference = make_ref(),
    Collector ! {get_status, Reference, self()},
    receive
        {Reference, idle} -> ok;
        {Reference, _} -> receive after 10 -> idle(Collector) end
    end.
