-module(trace_messages).
-export([main/0]).
-include("../../t.hrl").

traced(Flags, Fun) ->
    Me = self(),
    {P, M} = spawn_monitor(fun() -> Me ! {ready, self()}, receive go -> Fun() end end),
    receive {ready, P} -> ok end,
    1 = erlang:trace(P, true, Flags),
    P ! go,
    receive {'DOWN', M, _, _, _} -> ok end,
    R = erlang:trace_delivered(P),
    collect(P, R).
collect(P, R) ->
    receive
        {trace_delivered, P, R} -> [];
        Message -> [Message | collect(P, R)]
    end.

show(What, Messages) ->
    t:p(What),
    [t:p(M) || M <- Messages].

echo() -> receive {From, X} -> From ! {echo, X}, echo() end.

main() ->
    E = spawn(fun echo/0),
    register(trace_messages_echo, E),
    {Dead, DM} = spawn_monitor(fun() -> ok end),
    receive {'DOWN', DM, _, _, _} -> ok end,
    show(send, traced([send], fun() ->
        E ! {self(), 1}, receive {echo, 1} -> ok end,
        Dead ! late,
        trace_messages_echo ! {self(), 2}, receive {echo, 2} -> ok end,
        {trace_messages_echo, node()} ! {self(), 3}, receive {echo, 3} -> ok end,
        erlang:send(E, {self(), 4}, [nosuspend]), receive {echo, 4} -> ok end,
        catch no_such_name_here ! x,
        self() ! own
    end)),
    show('receive', traced(['receive'], fun() ->
        E ! {self(), 1}, receive {echo, 1} -> ok end,
        self() ! own,
        receive never -> ok after 1 -> timeout end,
        receive own -> ok after 0 -> timeout end,
        receive never -> ok after 0 -> timeout end,
        process_flag(trap_exit, true),
        P = spawn_link(fun() -> exit(why) end), receive {'EXIT', P, why} -> ok end,
        {Q, M} = spawn_monitor(fun() -> exit(bye) end), receive {'DOWN', M, process, Q, bye} -> ok end
    end)),
    ?P(erlang:trace_pattern(send, [{['_', {'_', 1}], [], [{message, one}]}, {['$1', own], [{is_pid, '$1'}], []}], [])),
    ?P(erlang:trace_info(send, match_spec)),
    show(send_spec, traced([send], fun() ->
        E ! {self(), 1}, E ! {self(), 2}, receive {echo, 2} -> ok end, self() ! own
    end)),
    ?P(erlang:trace_pattern(send, false, [])),
    ?P(erlang:trace_info(send, match_spec)),
    show(send_off, traced([send], fun() -> self() ! own end)),
    ?P(erlang:trace_pattern(send, true, [])),
    ?P(erlang:trace_info(send, match_spec)),
    ?P(erlang:trace_pattern('receive', [{['$1', '$2', {echo, '_'}], [{'=:=', '$1', {node}}, {'=:=', '$2', E}], [{message, from_echo}]}], [])),
    show(receive_spec, traced(['receive'], fun() ->
        E ! {self(), 1}, receive {echo, 1} -> ok end,
        self() ! {echo, own}, receive {echo, own} -> ok end
    end)),
    ?P(erlang:trace_pattern('receive', true, [])),
    ?P(erlang:trace_info('receive', match_spec)),
    ?X(erlang:trace_pattern(send, true, [local])),
    ?X(erlang:trace_pattern(send, [{'_', [], [{caller}]}], [])),
    ?X(erlang:trace_pattern('receive', [{'_', [], [{silent, true}]}], [])),
    ?X(erlang:trace_info(send, traced)),
    exit(E, kill).
