-module(trace_ports).
-export([main/0]).
-include("../../t.hrl").

flush(P) ->
    receive
        {trace, P, closed, R} -> t:p(shown({trace, P, closed, R}, P)), rest(P);
        {trace, P, _, _} = M -> t:p(shown(M, P)), flush(P);
        {trace, P, _, _, _} = M -> t:p(shown(M, P)), flush(P)
    end.
%% What follows the end comes with it, but for the messages of processes.
rest(P) ->
    receive
        {trace, P, _, _} = M -> t:p(shown(M, P)), rest(P);
        {trace, P, _, _, _} = M -> t:p(shown(M, P)), rest(P)
    after 50 -> ok
    end.
shown(M, P) when is_tuple(M) -> list_to_tuple([shown(E, P) || E <- tuple_to_list(M)]);
shown(P, P) -> port;
shown(X, _) -> if X =:= self() -> me; true -> X end.

with(What, Fun) ->
    t:p(What),
    P = open_port({spawn, "cat"}, [binary]),
    Fun(P),
    catch port_close(P),
    flush(P).

main() ->
    Me = self(),
    process_flag(trap_exit, true),
    ?P(erlang:trace(new_ports, true, [ports, send, 'receive'])),
    ?P(erlang:trace_info(new_ports, flags)),
    with(open, fun(_) -> ok end),
    with(command, fun(P) ->
        P ! {Me, {command, "abc"}}, receive {P, {data, <<"abc">>}} -> ok end,
        port_command(P, [<<"x">>, "yz"]), receive {P, {data, <<"xyz">>}} -> ok end end),
    with(close, fun(P) -> P ! {Me, close}, receive {P, closed} -> ok end end),
    with(register, fun(P) -> register(trace_ports_name, P), unregister(trace_ports_name), register(trace_ports_name, P) end),
    with(link, fun(P) -> link(P), unlink(P), link(P) end),
    with(connect, fun(P) ->
        S = spawn(fun() -> receive stop -> ok end end),
        P ! {Me, {connect, S}}, receive {P, connected} -> ok end, P ! {S, {connect, Me}}, S ! stop,
        t:down(S) end),
    with(control, fun(P) -> catch port_control(P, 17, "abc") end),
    with(flags, fun(P) -> t:p(erlang:trace_info(P, flags)), t:p(erlang:trace(P, false, ['receive'])), t:p(erlang:trace_info(P, flags)) end),
    ?P(erlang:trace(new_ports, false, [all])),
    ?P(erlang:trace_info(new_ports, flags)),
    P = open_port({spawn, "cat"}, [binary]),
    ?P(erlang:trace(P, true, [ports])),
    ?P(erlang:trace_info(P, flags)),
    exit(P, why),
    flush(P).
