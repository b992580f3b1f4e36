%% timeout: 90
-module(node_spawn).
-export([main/0, there/1]).

%% Processes started on other nodes, and calls there.
main() -> cluster:run(?MODULE, 3).

there([Other, Third]) ->
    Gone = 'nobody@nowhere',
    {P1, M1} = spawn_monitor(Other, erlang, exit, [one]),
    D1 = receive {'DOWN', M1, process, P1, W1} -> W1 after 20000 -> lost end,
    R2 = spawn_request(Other, erlang, exit, [two], [monitor, {reply_tag, tag}]),
    {tag, R2, ok, P2} = receive T2 when element(2, T2) =:= R2 -> T2 end,
    D2 = receive {'DOWN', R2, process, P2, W2} -> W2 after 20000 -> lost end,
    R3 = spawn_request(Other, erlang, exit, [three], [{monitor, [{tag, mine}, {alias, demonitor}]}, {reply, no}]),
    D3 = receive {mine, R3, process, _, W3} -> W3 after 20000 -> lost end,
    R4 = spawn_request(Other, erlang, exit, [four], [nonsense]),
    A4 = receive T4 when element(2, T4) =:= R4 -> setelement(2, T4, r) end,
    R5 = spawn_request(Gone, erlang, exit, [five], [monitor, {reply, error_only}]),
    A5 = receive T5 when element(2, T5) =:= R5 -> setelement(2, T5, r) end,
    R6 = spawn_request(Other, erlang, exit, [six], [{reply, nonsense}]),
    A6 = receive T6 when element(2, T6) =:= R6 -> setelement(2, T6, r) end,
    Bad = [t:r(fun() -> spawn_opt(Other, erlang, self, [], [nonsense]) end), t:r(fun() -> spawn_opt(Other, erlang, self, [x | y], []) end)],
    Me = self(),
    P7 = spawn_opt(Other, fun() -> Me ! {info, [process_info(self(), I) || I <- [priority, min_heap_size, initial_call]]}, receive x -> ok end end,
        [link, {priority, high}, {min_heap_size, 610}]),
    Info = receive {info, I} -> I after 20000 -> lost end,
    {links, Links} = process_info(self(), links), Linked = lists:member(P7, Links), unlink(P7), P7 ! x,
    Leader = rpc:call(Other, erlang, group_leader, []),
    %% abandoned before the answer can have been handled
    R8 = spawn_request(Other, timer, sleep, [infinity], [link, monitor]),
    Abandoned = [spawn_request_abandon(R8), spawn_request_abandon(make_ref())],
    None = receive T8 when element(2, T8) =:= R8 -> T8 after 300 -> none end,
    [
        {downs, D1, D2, D3}, {answers, A4, A5, A6}, {bad, Bad}, {info, Info, Linked}, {leader, node(Leader) =:= node(), Leader =:= group_leader()},
        {abandoned, Abandoned, None},
        {rpc, rpc:call(Other, erlang, node, []) =:= Other, rpc:call(Other, erlang, error, [oops]) =/= ok, rpc:call(Gone, erlang, node, [])},
        {rpc_error, element(1, rpc:call(Other, erlang, error, [oops])), catch rpc:call(Other, erlang, throw, [ball])},
        {multicall, rpc:multicall([node(), Other, Third, Gone], erlang, node, []) =:= {[node(), Other, Third], [Gone]}},
        {async, rpc:yield(rpc:async_call(Other, lists, seq, [1, 3]))},
        {erpc, erpc:call(Other, lists, reverse, [[1, 2, 3]]), class(fun() -> erpc:call(Other, erlang, error, [oops]) end),
            class(fun() -> erpc:call(Other, erlang, exit, [oops]) end), class(fun() -> erpc:call(Gone, erlang, node, []) end),
            class(fun() -> erpc:call(Other, timer, sleep, [infinity], 100) end)},
        {multi, erpc:multicall([Other, Third], lists, seq, [1, 2])},
        {between, rpc:call(Other, rpc, call, [Third, erlang, node, []]) =:= Third},
        {nodes, lists:sort(nodes()) =:= lists:sort([Other, Third])},
        {global, global_name(Other, Third)}, {pg, group(Other)}
    ].

class(Fun) ->
    try Fun() catch Class:Reason -> {Class, if is_tuple(Reason), is_list(element(tuple_size(Reason), Reason)) -> element(1, Reason); true -> Reason end} end.

global_name(Other, Third) ->
    ok = global:sync(),
    yes = global:register_name(a_name, self()),
    Everywhere = [rpc:call(Node, global, whereis_name, [a_name]) =:= self() || Node <- [Other, Third]],
    rpc:call(Other, global, send, [a_name, by_global]),
    Got = receive by_global -> yes after 20000 -> no end,
    {Everywhere, Got, rpc:call(Third, global, register_name, [a_name, self()])}.

group(Other) ->
    {ok, _} = pg:start_link(),
    Me = self(),
    spawn(Other, fun() -> {ok, Scope} = pg:start(pg), ok = pg:join(a_group, self()), Me ! {joined, Scope}, receive stop -> ok end end),
    receive {joined, _} -> ok end,
    Members = until(fun() -> pg:get_members(a_group) end, fun(L) -> length(L) =:= 1 end, 500),
    [M] = Members,
    M ! stop,
    {node(M) =:= Other, until(fun() -> pg:get_members(a_group) end, fun(L) -> L =:= [] end, 500)}.

until(Get, Done, Tries) ->
    Value = Get(),
    case Done(Value) of
        true -> Value;
        false when Tries > 0 -> timer:sleep(20), until(Get, Done, Tries - 1);
        false -> {never, Value}
    end.
