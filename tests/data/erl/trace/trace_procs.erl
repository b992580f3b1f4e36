-module(trace_procs).
-export([main/0, child/1]).
-include("../../t.hrl").

child(X) -> X.

traced(Flags, Fun) ->
    Me = self(),
    {P, M} = spawn_monitor(fun() -> Me ! {ready, self()}, receive go -> Fun() end end),
    receive {ready, P} -> ok end,
    1 = erlang:trace(P, true, Flags),
    P ! go,
    receive {'DOWN', M, _, _, _} -> ok end,
    R = erlang:trace_delivered(P),
    {P, collect(P, R)}.
collect(P, R) ->
    receive
        {trace_delivered, P, R} -> [];
        Message -> [Message | collect(P, R)]
    end.

show(What, {P, Messages}) ->
    t:p(What),
    [t:p(by(M, P)) || M <- Messages].
by(M, P) -> list_to_tuple([if E =:= P -> tracee; true -> E end || E <- tuple_to_list(M)]).

ends(P) -> M = monitor(process, P), receive {'DOWN', M, _, _, _} -> ok end.

main() ->
    show(spawn, traced([procs], fun() -> ends(spawn(?MODULE, child, [1])) end)),
    show(spawn_link, traced([procs], fun() -> process_flag(trap_exit, true), P = spawn_link(?MODULE, child, [1]), receive {'EXIT', P, _} -> ok end end)),
    show(spawn_fun, traced([procs], fun() -> ends(spawn(erlang, self, [])) end)),
    show(register, traced([procs], fun() -> register(trace_procs_name, self()), unregister(trace_procs_name), register(trace_procs_name, self()), exit(bye) end)),
    show(link, traced([procs], fun() ->
        P = spawn(fun() -> receive stop -> ok end end), link(P), link(P), unlink(P), exit(P, kill), ends(P), catch link(P) end)),
    show(linked, traced([procs], fun() ->
        S = self(),
        P = spawn(fun() -> link(S), unlink(S), S ! done end), receive done -> ok end, ends(P),
        process_flag(trap_exit, true),
        Q = spawn(fun() -> link(S), exit(why) end), receive {'EXIT', Q, why} -> ok end end)),
    show(exit, traced([procs], fun() -> exit({some, reason}) end)),
    show(throw, traced([procs], fun() -> exit(element(1, {normal})) end)),
    show(exiting, traced([exiting], fun() -> exit(x) end)),
    show(set_on_spawn, traced([procs, set_on_spawn], fun() ->
        P = spawn(fun() -> ends(spawn(?MODULE, child, [2])) end), ends(P), t:p(erlang:trace_info(self(), flags)) end)),
    show(set_on_first_spawn, traced([procs, set_on_first_spawn], fun() ->
        ends(spawn(?MODULE, child, [1])), ends(spawn(?MODULE, child, [2])), t:p(erlang:trace_info(self(), flags)) end)),
    show(set_on_link, traced([procs, set_on_link], fun() ->
        process_flag(trap_exit, true), ends(spawn(?MODULE, child, [0])),
        P = spawn_link(?MODULE, child, [1]), receive {'EXIT', P, _} -> ok end, t:p(erlang:trace_info(self(), flags)) end)),
    show(set_on_first_link, traced([procs, set_on_first_link], fun() ->
        process_flag(trap_exit, true),
        P = spawn_link(?MODULE, child, [1]), receive {'EXIT', P, _} -> ok end,
        Q = spawn_link(?MODULE, child, [2]), receive {'EXIT', Q, _} -> ok end, t:p(erlang:trace_info(self(), flags)) end)),
    show(garbage_collection, begin
        {P, Ms} = traced([garbage_collection], fun() -> garbage_collect() end),
        Major = [{Tag, lists:sort([K || {K, _} <- I])} || {trace, _, Tag, I} <- Ms, Tag =:= gc_major_start orelse Tag =:= gc_major_end],
        {P, lists:sublist(Major, 2)} end),
    {_, Turns} = traced([running], fun() -> receive after 20 -> ok end end),
    t:p([element(3, T) || T <- lists:sublist(Turns, 3)]),
    ok.
