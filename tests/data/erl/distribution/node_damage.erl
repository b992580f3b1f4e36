%% timeout: 90
-module(node_damage).
-export([main/0, there/1, collect/1]).

%% A node that sends what no node would: its connection ends, and nothing else does. Here one is played on a plain socket.
main() -> cluster:run(?MODULE, 2).

there([Other]) ->
    ok = rpc:call(Other, logger, set_primary_config, [level, none]),
    Collector = spawn_link(Other, ?MODULE, collect, [[]]),
    true = rpc:call(Other, erlang, register, [collector, Collector]),
    [Alive, Host] = string:split(atom_to_list(Other), "@"),
    {port, Port, _} = erl_epmd:port_please(Alive, Host),
    Results = [{Label, play(Port, list_to_atom(lists:concat([Label, "@", Host])), Headers, Damage)} || {Label, Headers, Damage} <- damages(Collector)],
    Collector ! {self(), all},
    Seen = receive {Collector, All} -> All after 20000 -> none end,
    Results ++
        [
            {seen, lists:sort(Seen) =:= lists:sort([Label || {Label, _, _} <- damages(Collector)])},
            {alive, rpc:call(Other, erlang, is_alive, []), rpc:call(Other, erlang, nodes, [connected]) =:= [node()]},
            {left, rpc:call(Other, erlang, process_info, [Collector, monitored_by])}
        ].

collect(Seen) ->
    receive
        {From, all} -> From ! {self(), Seen}, collect(Seen);
        {seen, Label} -> collect([Label | Seen])
    end.

%% Label, with headers, and a function of a pid and a reference of the node that is played.
damages(To) ->
    Bytes = fun(Bytes) -> fun(_, _) -> Bytes end end,
    Control = fun(Make) -> fun(Pid, Ref) -> [131, 68, 0, ext(Make(Pid, Ref))] end end,
    [
        {nothing_damaged, true, none},
        {nothing_damaged_plain, false, none},
        {one_byte, true, Bytes([131])},
        {text, true, Bytes("GET / HTTP/1.0")},
        {zeros, true, Bytes(lists:duplicate(1000, 0))},
        {no_header, true, Bytes([131, 68])},
        {short_header, true, Bytes([131, 68, 9, 0])},
        {unset_atom, true, Bytes([131, 68, 1, 0, 200, 104, 1, 82, 0])},
        {long_atom, true, Bytes([131, 68, 1, 8, 0, 200, 97])},
        {plain_with_headers, true, fun(Pid, _) -> [112, 131, ext({6, Pid, '', nobody}), 131, ext(x)] end},
        {headers_without, false, fun(Pid, _) -> [131, 68, 0, ext({6, Pid, '', nobody}), ext(x)] end},
        {next_fragment, true, Bytes([131, 70, <<7:64, 1:64>>, 1, 2, 3])},
        {huge_list, true, Bytes([131, 68, 0, 108, 255, 255, 255, 255])},
        {huge_tuple, true, Bytes([131, 68, 0, 105, 255, 255, 255, 255])},
        {huge_binary, true, Bytes([131, 68, 0, 104, 2, 97, 1, 109, 255, 255, 255, 255])},
        {no_tuple, true, Control(fun(_, _) -> hello end)},
        {no_operation, true, Control(fun(Pid, _) -> {99, Pid, To} end)},
        {operation_of_list, true, Control(fun(Pid, _) -> {[1], Pid, To} end)},
        {empty_tuple, true, Control(fun(_, _) -> {} end)},
        {short_link, true, Control(fun(Pid, _) -> {1, Pid} end)},
        {link_from_here, true, Control(fun(_, _) -> {1, To, To} end)},
        {link_from_third, true, Control(fun(_, _) -> {1, self(), To} end)},
        {monitor_no_reference, true, Control(fun(Pid, _) -> {19, Pid, To, ref} end)},
        {exit_to_atom, true, Control(fun(Pid, _) -> {8, Pid, collector, boo} end)},
        {leader_atom, true, Control(fun(_, _) -> {7, leader, To} end)},
        {unlink_id_atom, true, Control(fun(Pid, _) -> {35, id, Pid, To} end)},
        {spawn_no_call, true, fun(Pid, Ref) -> [131, 68, 0, ext({29, Ref, Pid, Pid, {a, b}, []}), ext([])] end},
        {name_no_atom, true, fun(Pid, _) -> [131, 68, 0, ext({6, Pid, '', "name"}), ext(x)] end}
    ].

ext(Term) -> <<131, Rest/binary>> = term_to_binary(Term, [{minor_version, 2}]), Rest.

play(Port, Name, Headers, Damage) ->
    {erts_dflags, Default, _, _, _, _} = erts_internal:get_dflags(),
    Flags = if Headers -> Default; true -> Default band bnot ((1 bsl 13) bor (1 bsl 23)) end,
    {ok, Socket} = gen_tcp:connect({127, 0, 0, 1}, Port, [binary, {active, false}, {packet, 2}]),
    Text = atom_to_binary(Name),
    ok = gen_tcp:send(Socket, <<$N, Flags:64, 77:32, (byte_size(Text)):16, Text/binary>>),
    {ok, <<"sok">>} = gen_tcp:recv(Socket, 0),
    {ok, <<$N, _:64, Challenge:32, _/binary>>} = gen_tcp:recv(Socket, 0),
    ok = gen_tcp:send(Socket, <<$r, 99:32, (digest(Challenge)):16/binary>>),
    Ours = digest(99),
    {ok, <<$a, Ours/binary>>} = gen_tcp:recv(Socket, 0),
    ok = inet:setopts(Socket, [{packet, 4}]),
    Pid = binary_to_term(<<131, 88, 119, (byte_size(Text)), Text/binary, 50:32, 0:32, 77:32>>),
    Ref = binary_to_term(<<131, 90, 3:16, 119, (byte_size(Text)), Text/binary, 77:32, 1:32, 2:32, 3:32>>),
    [Label, _] = string:split(atom_to_list(Name), "@"),
    Control = ext({6, Pid, '', collector}),
    Message = ext({seen, list_to_atom(Label)}),
    ok = gen_tcp:send(Socket, if Headers -> [131, 68, 0, Control, Message]; true -> [112, 131, Control, 131, Message] end),
    %% a tick
    ok = gen_tcp:send(Socket, []),
    Result =
        case Damage of
            none -> timer:sleep(100), open(Socket);
            _ -> ok = gen_tcp:send(Socket, Damage(Pid, Ref)), closed(Socket, 100)
        end,
    gen_tcp:close(Socket),
    Result.

digest(Challenge) -> erlang:md5(["cluster", integer_to_list(Challenge)]).

open(Socket) ->
    case gen_tcp:recv(Socket, 0, 0) of
        {error, closed} -> closed;
        _ -> open
    end.

%% Whatever else it sends.
closed(_, 0) -> open;
closed(Socket, Tries) ->
    case gen_tcp:recv(Socket, 0, 50) of
        {error, timeout} -> closed(Socket, Tries - 1);
        {error, _} -> closed;
        {ok, _} -> closed(Socket, Tries - 1)
    end.
