%% Streams by the module `socket`: connecting, accepting, sending and receiving parts, closing and shutting down.
-module(socket_stream).
-export([main/0]).

main() ->
    Listener = listener(),
    {Client, Server} = pair(Listener),
    parts(Client, Server),
    nowait(Client, Server),
    shutdowns(Client, Server),
    endings(Listener),
    closed(Listener),
    failures(),
    t:p(socket:close(Listener)).

listener() ->
    {ok, Listener} = socket:open(inet, stream, tcp),
    t:p(bind, socket:bind(Listener, #{family => inet, addr => loopback, port => 0})),
    t:p(listen, socket:listen(Listener, 10)),
    Listener.

pair(Listener) ->
    {ok, Address} = socket:sockname(Listener),
    {ok, Client} = socket:open(inet, stream, tcp),
    ok = socket:connect(Client, Address),
    {ok, Server} = socket:accept(Listener),
    {Client, Server}.

parts(Client, Server) ->
    {ok, #{port := Port}} = socket:sockname(Client),
    {ok, #{family := Family, addr := Address, port := Port}} = socket:peername(Server),
    t:p({Family, Address}),
    t:p(socket:send(Client, <<"hello, world">>)),
    t:p(socket:recv(Server, 5)),
    t:p(socket:recv(Server, 0)),
    t:p(socket:recv(Server, 0, 0)),
    t:p(socket:recv(Server, 3, 0)),
    t:p(socket:recv(Server, 1, 10)),
    t:p(socket:send(Client, [<<"io">>, "list", $s])),
    t:p(socket:recv(Server, 7)),
    %% Too few bytes in time.
    ok = socket:send(Client, <<"few">>),
    t:p(socket:recv(Server, 5, 100)),
    ok = socket:send(Client, <<"more">>),
    t:p(few, iolist_to_binary(rest(Server))),
    %% What is asked for comes in two parts.
    Self = self(),
    spawn_link(fun() -> Self ! {got, socket:recv(Server, 8)} end),
    ok = socket:send(Client, <<"left">>),
    wait_for(fun() -> maps:get(num_readers, socket:info(Server)) =:= 1 end),
    ok = socket:send(Client, <<"over">>),
    receive {got, Got} -> t:p(Got) end,
    %% More than a buffer.
    Large = binary:copy(<<"0123456789abcdef">>, 20_000),
    spawn_link(fun() -> Self ! {sent, socket:send(Client, Large)} end),
    {ok, Large} = socket:recv(Server, byte_size(Large)),
    receive {sent, Sent} -> t:p(Sent) end,
    ok = socket:setopt(Server, {otp, rcvbuf}, 100),
    spawn_link(fun() -> Self ! {sent, socket:send(Client, Large)} end),
    t:p(Large =:= gather(Server, byte_size(Large))),
    receive {sent, Again} -> t:p(Again) end,
    t:p(socket:setopt(Server, {otp, rcvbuf}, default)).

rest(Socket) ->
    case socket:recv(Socket, 0, 0) of
        {ok, Data} -> [Data | rest(Socket)];
        _ -> []
    end.

gather(_, 0) -> <<>>;
gather(Socket, Left) ->
    {ok, Data} = socket:recv(Socket, 0),
    Rest = gather(Socket, Left - byte_size(Data)),
    <<Data/binary, Rest/binary>>.

nowait(Client, Server) ->
    {select, {select_info, Tag, Handle}} = socket:recv(Server, 0, nowait),
    t:p({tag, Tag, is_reference(Handle)}),
    ok = socket:send(Client, <<"now">>),
    receive {'$socket', Server, select, Handle} -> t:p(selected) end,
    t:p(socket:recv(Server, 0, nowait)),
    {select, Info} = socket:recv(Server, 0, nowait),
    t:p(socket:cancel(Server, Info)),
    t:p(socket:cancel(Server, Info)),
    Own = make_ref(),
    {select, {select_info, _, Own}} = socket:recv(Server, 0, [], Own),
    ok = socket:send(Client, <<"own">>),
    receive {'$socket', Server, select, Own} -> t:p(selected) end,
    t:p(socket:recv(Server, 2, [], Own)),
    t:p(socket:recv(Server, 1, [], Own)),
    %% Filled until it takes no more.
    t:p(filled, fill(Client, binary:copy(<<0>>, 1 bsl 20), 0) > 0).

fill(Client, Data, Count) ->
    case socket:send(Client, Data, nowait) of
        ok -> fill(Client, Data, Count + 1);
        {select, {{select_info, _, _} = Info, _}} -> t:p(socket:cancel(Client, Info)), Count + 1;
        {select, Info} -> t:p(socket:cancel(Client, Info)), Count + 1
    end.

shutdowns(Client, Server) ->
    spawn_link(fun() -> drain(Server) end),
    wait_for(fun() -> socket:send(Client, <<"x">>, 0) =:= ok end),
    t:p(socket:shutdown(Client, write)),
    t:p(element(1, socket:send(Client, <<"x">>))),
    t:x(fun() -> socket:shutdown(Client, nothing) end),
    t:p(socket:shutdown(Server, read_write)),
    t:p(socket:recv(Client, 1)),
    t:p(socket:close(Server)),
    t:p(socket:close(Client)).

drain(Socket) ->
    case socket:recv(Socket, 0) of
        {ok, _} -> drain(Socket);
        _ -> ok
    end.

endings(Listener) ->
    %% The end comes in the middle of what is asked for.
    {Client, Server} = pair(Listener),
    ok = socket:send(Client, <<"half">>),
    ok = socket:close(Client),
    t:p(half, socket:recv(Server, 8)),
    t:p(socket:recv(Server, 8)),
    ok = socket:close(Server),
    %% A reset.
    {Other, Peer} = pair(Listener),
    ok = socket:setopt(Other, {socket, linger}, #{onoff => true, linger => 0}),
    ok = socket:close(Other),
    t:p(reset, socket:recv(Peer, 1)),
    ok = socket:close(Peer).

closed(Listener) ->
    {Client, Server} = pair(Listener),
    ok = socket:close(Client),
    ok = socket:close(Server),
    t:p([socket:close(Client), socket:send(Client, <<>>), socket:recv(Client, 0), socket:sockname(Client),
         socket:peername(Client), socket:listen(Client), socket:accept(Client), socket:shutdown(Client, read),
         socket:getopt(Client, {socket, type}), socket:setopt(Client, {socket, keepalive}, true),
         socket:getopt(Client, {otp, rcvbuf}), socket:setopt(Client, {otp, rcvbuf}, 10),
         socket:bind(Client, any)]),
    #{rstates := Reading, wstates := Writing} = socket:info(Client),
    t:p({Reading, Writing}).

failures() ->
    {ok, Socket} = socket:open(inet, stream, tcp),
    t:p(socket:recv(Socket, 0)),
    t:p(socket:send(Socket, <<"x">>)),
    t:p(socket:accept(Socket)),
    t:p(socket:peername(Socket)),
    ok = socket:bind(Socket, #{family => inet, addr => loopback, port => 0}),
    t:p(socket:bind(Socket, #{family => inet, addr => loopback, port => 0})),
    {ok, Address} = socket:sockname(Socket),
    {ok, Other} = socket:open(inet, stream),
    t:p(socket:connect(Other, Address)),
    t:p(socket:connect(Other, Address#{port := 0, family := local})),
    t:x(fun() -> socket:connect(Other) end),
    t:p(socket:bind(Other, #{family => inet, addr => {1, 2, 3}})),
    t:p(socket:bind(Other, #{family => inet, port => 70000, addr => {127, 0, 0, 256}})),
    t:p(socket:bind(Other, #{family => nothing})),
    t:p(socket:bind(Other, #{})),
    t:p(socket:bind(Other, #{family => inet, more => 1})),
    t:x(fun() -> socket:listen(Other, x) end),
    t:p(socket:open(nothing, stream)),
    t:p(socket:open(inet, nothing)),
    t:p(socket:open(inet, stream, nothing)),
    t:p(socket:open(inet, stream, udp)),
    t:x(fun() -> socket:recv(not_a_socket, 0) end),
    t:x(fun() -> prim_socket:recv(make_ref(), 0, [], make_ref()) end),
    t:x(fun() -> prim_socket:close(make_ref()) end),
    t:p(socket:close(Socket)),
    t:p(socket:close(Other)).

wait_for(Condition) ->
    case Condition() of
        true -> ok;
        false -> timer:sleep(5), wait_for(Condition)
    end.
