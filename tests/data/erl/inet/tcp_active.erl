-module(tcp_active).
-export([main/0]).

lo() -> {127, 0, 0, 1}.

pair(OptsA, OptsB) ->
    {ok, L} = gen_tcp:listen(0, [{ip, lo()} | OptsB]),
    {ok, P} = inet:port(L),
    {ok, A} = gen_tcp:connect(lo(), P, OptsA),
    {ok, B} = gen_tcp:accept(L),
    gen_tcp:close(L),
    {A, B}.

%% the next message, the socket's own name hidden
next(S) ->
    receive
        M when element(2, M) =:= S -> t:p(setelement(2, M, s));
        {'EXIT', S, R} -> t:p({'EXIT', s, R})
    after 1000 -> t:p(nothing)
    end.

quiet() -> receive M -> t:p({unexpected, M}) after 50 -> t:p(quiet) end.

main() ->
    process_flag(trap_exit, true),
    {A, B} = pair([], [binary, {active, true}]),
    ok = gen_tcp:send(A, "one"),
    next(B),
    t:p(gen_tcp:recv(B, 0)),
    %% both directions, lists
    ok = gen_tcp:send(B, "two"),
    next(A),
    %% once
    ok = inet:setopts(B, [{active, once}]),
    ok = gen_tcp:send(A, "three"),
    next(B),
    t:p(inet:getopts(B, [active])),
    ok = gen_tcp:send(A, "four"),
    quiet(),
    ok = inet:setopts(B, [{active, once}]),
    next(B),
    %% counted
    ok = inet:setopts(B, [{active, 2}]),
    t:p(inet:getopts(B, [active])),
    ok = inet:setopts(B, [{active, 1}]),
    t:p(inet:getopts(B, [active])),
    [begin ok = gen_tcp:send(A, X), next(B) end || X <- ["a", "b", "c"]],
    next(B),
    t:p(inet:getopts(B, [active])),
    t:p(inet:setopts(B, [{active, 32767}])),
    t:p(inet:setopts(B, [{active, 1}])),
    t:p(inet:setopts(B, [{active, -32768}])),
    next(B),
    t:p(inet:getopts(B, [active])),
    %% header
    ok = inet:setopts(B, [{header, 2}, {active, true}]),
    ok = gen_tcp:send(A, "headers"),
    next(B),
    ok = inet:setopts(B, [{mode, list}]),
    ok = gen_tcp:send(A, "list"),
    next(B),
    %% the end
    ok = gen_tcp:close(A),
    next(B),
    next(B),
    quiet(),
    t:p(erlang:port_info(B)),
    passive_end(),
    stays_open(),
    owners(),
    reset().

%% what is left can be read, then the end
passive_end() ->
    {A, B} = pair([], [binary, {active, false}]),
    ok = gen_tcp:send(A, "rest"),
    ok = gen_tcp:close(A),
    next(A),
    t:p(gen_tcp:recv(B, 0)),
    t:p(gen_tcp:recv(B, 0)),
    t:p(gen_tcp:send(B, "x")),
    t:p(gen_tcp:recv(B, 0)),
    ok = inet:setopts(B, [{active, true}]),
    next(B),
    next(B),
    quiet().

stays_open() ->
    {A, B} = pair([{active, false}], [binary, {active, true}, {exit_on_close, false}]),
    ok = gen_tcp:shutdown(A, write),
    next(B),
    quiet(),
    t:p(gen_tcp:send(B, "still there")),
    t:p(gen_tcp:recv(A, 0)),
    t:p(gen_tcp:close(B)),
    t:p(gen_tcp:recv(A, 0)).

owners() ->
    {A, B} = pair([{active, false}], [binary, {active, false}]),
    Me = self(),
    Pid = spawn(fun() -> receive {tcp, S, D} -> Me ! {got, S =:= B, D} end, receive stop -> ok end end),
    t:p(gen_tcp:controlling_process(B, Pid)),
    t:p(gen_tcp:controlling_process(B, self())),
    t:p(element(2, erlang:port_info(B, connected)) =:= Pid),
    ok = inet:setopts(B, [{active, true}]),
    ok = gen_tcp:send(A, "for another"),
    receive {got, Same, D} -> t:p({Same, D}) after 2000 -> t:p(nothing) end,
    Ref = erlang:monitor(port, B),
    Pid ! stop,
    receive {'DOWN', Ref, port, _, R} -> t:p(R) after 2000 -> t:p(nothing) end,
    t:p(gen_tcp:recv(A, 0)),
    gen_tcp:close(A).

reset() ->
    [begin
         {A, B} = pair([{linger, {true, 0}}], [binary, {active, Active}, {show_econnreset, Show}]),
         t:p({Active, Show}),
         ok = gen_tcp:close(A),
         case Active of
             true -> next(B), next(B), next(B);
             false -> t:p(gen_tcp:recv(B, 0)), t:p(gen_tcp:recv(B, 0)), gen_tcp:close(B)
         end,
         t:flush()
     end || Active <- [true, false], Show <- [true, false]].
