%% What messages between two nodes and requests to a server cost; `benches/network/run` starts it.
-module(net_bench).
-export([echo/0, client/1, gen_tcp_server/1, httpd_server/1]).

-define(WINDOW, 500).

%% A node that answers.

echo() ->
    register(echo, self()),
    io:format("ready~n"),
    echo_loop(0).

echo_loop(Count) ->
    receive
        {From, round, Message} ->
            From ! Message,
            echo_loop(Count);
        {_, count, _} ->
            echo_loop(Count + 1);
        {From, total} ->
            From ! {total, Count},
            echo_loop(0);
        {'EXIT', _, _} ->
            echo_loop(Count)
    end.

%% The node that asks: the other one's name, seconds for each question.

client([Name, Seconds]) ->
    Node = list_to_atom(Name),
    Time = list_to_integer(Seconds) * 1000,
    true = net_kernel:connect_node(Node),
    {echo, Node} ! {self(), total},
    receive {total, _} -> ok end,
    Echo = rpc:call(Node, erlang, whereis, [echo]),
    Small = {ping, 1, "abc"},
    Large = binary:copy(<<7>>, 1 bsl 20),
    show("round trips of a small message", rounds(Echo, Small, 1, Time)),
    show("round trips of 50 processes", many_rounds(Echo, Small, 50, Time)),
    show("small messages one way", one_way(Echo, Small, Time)),
    show("round trips of 1 MB", rounds(Echo, Large, 1, Time)),
    show("binaries of 1 MB one way", one_way(Echo, Large, Time)),
    halt().

show(What, Rate) ->
    io:format("~ts\t~w~n", [What, round(Rate)]).

rate(Count, Begin) ->
    Count * 1.0e6 / erlang:convert_time_unit(erlang:monotonic_time() - Begin, native, microsecond).

rounds(Echo, Message, Count, Time) ->
    Begin = erlang:monotonic_time(),
    rounds(Echo, Message, Count, Begin, Begin + erlang:convert_time_unit(Time, millisecond, native)).

rounds(Echo, Message, Count, Begin, End) ->
    Echo ! {self(), round, Message},
    receive Message -> ok end,
    case erlang:monotonic_time() >= End of
        true -> rate(Count, Begin);
        false -> rounds(Echo, Message, Count + 1, Begin, End)
    end.

many_rounds(Echo, Message, Processes, Time) ->
    Self = self(),
    Workers = [spawn_link(fun() -> Self ! {self(), rounds(Echo, Message, 1, Time)} end) || _ <- lists:seq(1, Processes)],
    lists:sum([receive {Worker, Rate} -> Rate end || Worker <- Workers]).

%% A window of messages, then the count of those that have come.
one_way(Echo, Message, Time) ->
    Window = case Message of <<_/binary>> -> 16; _ -> ?WINDOW end,
    Begin = erlang:monotonic_time(),
    one_way(Echo, Message, Window, 0, Begin, Begin + erlang:convert_time_unit(Time, millisecond, native)).

one_way(Echo, Message, Window, Sent, Begin, End) ->
    send_all(Echo, Message, Window),
    Echo ! {self(), total},
    % One window is on its way while the answer to the one before comes back.
    case Sent of
        0 -> ok;
        _ -> receive {total, _} -> ok end
    end,
    case erlang:monotonic_time() >= End of
        true ->
            receive {total, _} -> ok end,
            rate(Sent + Window, Begin);
        false ->
            one_way(Echo, Message, Window, Sent + Window, Begin, End)
    end.

send_all(_, _, 0) ->
    ok;
send_all(Echo, Message, Count) ->
    Echo ! {self(), count, Message},
    send_all(Echo, Message, Count - 1).

%% Servers.

-define(ANSWER, <<"HTTP/1.1 200 OK\r\nServer: bench\r\nContent-Type: text/plain\r\nContent-Length: 13\r\n\r\nHello, world!">>).

gen_tcp_server([Port]) ->
    Number = list_to_integer(Port),
    Options = [binary, {packet, http_bin}, {active, false}, {reuseaddr, true}, {backlog, 1024}, {nodelay, true}],
    {ok, Listener} = gen_tcp:listen(Number, Options),
    [spawn_link(fun() -> accept(Listener) end) || _ <- lists:seq(1, 16)],
    io:format("ready~n"),
    receive stop -> ok end.

accept(Listener) ->
    {ok, Socket} = gen_tcp:accept(Listener),
    Server = spawn(fun() -> receive go -> request(Socket) end end),
    ok = gen_tcp:controlling_process(Socket, Server),
    Server ! go,
    accept(Listener).

request(Socket) ->
    case gen_tcp:recv(Socket, 0) of
        {ok, {http_request, _, _, _}} -> headers(Socket);
        {error, _} -> gen_tcp:close(Socket)
    end.

headers(Socket) ->
    case gen_tcp:recv(Socket, 0) of
        {ok, {http_header, _, _, _, _}} ->
            headers(Socket);
        {ok, http_eoh} ->
            case gen_tcp:send(Socket, ?ANSWER) of
                ok -> request(Socket);
                {error, _} -> gen_tcp:close(Socket)
            end;
        {error, _} ->
            gen_tcp:close(Socket)
    end.

httpd_server([Port, Folder]) ->
    % An answer goes in two parts: the second one is not to wait for an acknowledgement of the first.
    ok = application:set_env(kernel, inet_default_listen_options, [{nodelay, true}]),
    {ok, _} = application:ensure_all_started(inets),
    ok = filelib:ensure_dir(filename:join(Folder, "index.html")),
    ok = file:write_file(filename:join(Folder, "index.html"), "Hello, world!"),
    {ok, _} = inets:start(httpd, [
        {port, list_to_integer(Port)}, {bind_address, {127, 0, 0, 1}}, {server_name, "bench"},
        {server_root, Folder}, {document_root, Folder}, {max_clients, 1000}, {max_keep_alive_request, 100000000}
    ]),
    io:format("ready~n"),
    receive stop -> ok end.
