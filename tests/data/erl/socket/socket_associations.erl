%% since: 29
%% Associations of SCTP, asked of sockets that have none.
-module(socket_associations).
-export([main/0]).

main() ->
    {ok, Listen} = socket:open(inet, stream, tcp),
    ok = socket:bind(Listen, #{family => inet, port => 0, addr => loopback}),
    ok = socket:listen(Listen),
    {ok, Address} = socket:sockname(Listen),
    {ok, Client} = socket:open(inet, stream, tcp),
    ok = socket:connect(Client, Address),
    {ok, Server} = socket:accept(Listen),
    {ok, Datagrams} = socket:open(inet, dgram, udp),
    {ok, Closed} = socket:open(inet, dgram, udp),
    ok = socket:close(Closed),
    Sockets = [{listen, Listen}, {client, Client}, {datagrams, Datagrams}, {closed, Closed}, {nothing, x}],
    [t:x({peeloff, Which, Id}, fun() -> socket:peeloff(Socket, Id) end) || {Which, Socket} <- Sockets, Id <- [0, 1, -1, x]],
    %% What a number comes to depends on the libraries that there are.
    [t:x({socknames, Which, Id}, fun() -> socket:socknames(Socket, Id) end) || {Which, Socket} <- Sockets, Id <- [x, 1.0]],
    [t:x({peernames, Which, Id}, fun() -> socket:peernames(Socket, Id) end) || {Which, Socket} <- Sockets, Id <- [x, 1.0]],
    Below = [{peeloff, fun(S, Id) -> prim_socket:peeloff(S, Id) end}, {socknames, fun(S, Id) -> prim_socket:socknames(S, Id) end},
             {peernames, fun(S, Id) -> prim_socket:peernames(S, Id) end}],
    {'$socket', Ref} = Client,
    [t:x({below, Name, What, Id}, fun() -> Call(Socket, Id) end)
     || {Name, Call} <- Below, {What, Socket, Id} <- [{socket, Ref, x}, {reference, make_ref(), 0}, {atom, x, 0}]],
    [t:x({below, Name, too_large}, fun() -> Call(Ref, 1 bsl 40) end) || {Name, Call} <- tl(Below)],
    [ok = socket:close(Socket) || Socket <- [Listen, Client, Server, Datagrams]].
