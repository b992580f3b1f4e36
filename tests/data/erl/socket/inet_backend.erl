%% `gen_tcp` and `gen_udp` over the module `socket` (`inet_backend`).
-module(inet_backend).
-export([main/0]).

main() ->
    passive(),
    packets(),
    active(),
    endings(),
    options(),
    udp().

pair(Options) ->
    {ok, Listener} = gen_tcp:listen(0, [{inet_backend, socket}, {ip, {127, 0, 0, 1}}, binary, {active, false} | Options]),
    {ok, Port} = inet:port(Listener),
    {ok, Client} = gen_tcp:connect({127, 0, 0, 1}, Port, [{inet_backend, socket}, binary, {active, false} | Options]),
    {ok, Server} = gen_tcp:accept(Listener),
    ok = gen_tcp:close(Listener),
    {Client, Server}.

close(Sockets) -> [gen_tcp:close(Socket) || Socket <- Sockets].

passive() ->
    {Client, Server} = pair([]),
    t:p(gen_tcp:send(Client, ["some ", <<"data">>])),
    t:p(gen_tcp:recv(Server, 4)),
    t:p(gen_tcp:recv(Server, 0)),
    t:p(gen_tcp:recv(Server, 0, 10)),
    Self = self(),
    spawn_link(fun() -> Self ! {self(), gen_tcp:recv(Server, 6)} end),
    ok = gen_tcp:send(Client, <<"abc">>),
    ok = gen_tcp:send(Client, <<"def">>),
    receive {_, Got} -> t:p(Got) end,
    {ok, {Address, Port}} = inet:peername(Server),
    t:p({Address, {ok, {Address, Port}} =:= inet:sockname(Client)}),
    t:p(gen_tcp:shutdown(Client, write)),
    t:p(gen_tcp:recv(Server, 0)),
    close([Client, Server]),
    t:p(gen_tcp:send(Client, <<"x">>)).

packets() ->
    [begin
         {Client, Server} = pair([{packet, Packet}]),
         ok = gen_tcp:send(Client, <<"one">>),
         ok = gen_tcp:send(Client, <<"two">>),
         t:p({Packet, gen_tcp:recv(Server, 0), gen_tcp:recv(Server, 0)}),
         close([Client, Server])
     end || Packet <- [1, 2, 4]],
    {Client, Server} = pair([{packet, line}]),
    ok = gen_tcp:send(Client, <<"a line\nand another\n">>),
    t:p([gen_tcp:recv(Server, 0), gen_tcp:recv(Server, 0)]),
    ok = inet:setopts(Server, [{packet, http_bin}]),
    ok = gen_tcp:send(Client, <<"GET / HTTP/1.1\r\nHost: x\r\n\r\n">>),
    t:p([gen_tcp:recv(Server, 0) || _ <- [1, 2, 3]]),
    close([Client, Server]).

active() ->
    {Client, Server} = pair([{packet, 2}]),
    ok = inet:setopts(Server, [{active, true}]),
    ok = gen_tcp:send(Client, <<"active">>),
    receive {tcp, Server, Data} -> t:p(Data) end,
    ok = inet:setopts(Server, [{active, once}]),
    ok = gen_tcp:send(Client, <<"once">>),
    receive {tcp, Server, Once} -> t:p(Once) end,
    t:p(inet:getopts(Server, [active])),
    ok = inet:setopts(Server, [{active, 2}]),
    [ok = gen_tcp:send(Client, <<Number>>) || Number <- [1, 2, 3]],
    receive {tcp, Server, One} -> t:p(One) end,
    receive {tcp, Server, Two} -> t:p(Two) end,
    receive {tcp_passive, Server} -> t:p(passive) end,
    t:p(gen_tcp:recv(Server, 0)),
    ok = inet:setopts(Server, [{active, true}]),
    gen_tcp:close(Client),
    receive {tcp_closed, Server} -> t:p(closed) end,
    close([Server]).

endings() ->
    {Client, Server} = pair([]),
    Owner = spawn(fun() -> receive stop -> ok end end),
    t:p(gen_tcp:controlling_process(Server, Owner)),
    Owner ! stop,
    t:p(gen_tcp:recv(Client, 0)),
    close([Client]),
    {ok, Listener} = gen_tcp:listen(0, [{inet_backend, socket}, {ip, {127, 0, 0, 1}}]),
    {ok, Port} = inet:port(Listener),
    t:p(gen_tcp:accept(Listener, 10)),
    close([Listener]),
    t:p(gen_tcp:accept(Listener, 10)),
    t:p(gen_tcp:connect({127, 0, 0, 1}, Port, [{inet_backend, socket}])).

options() ->
    {Client, Server} = pair([{nodelay, true}]),
    t:p(inet:getopts(Client, [nodelay, keepalive, packet, mode, active, send_timeout])),
    t:p(inet:setopts(Client, [{keepalive, true}, {packet, 4}])),
    t:p(inet:getopts(Client, [keepalive, packet])),
    {ok, Statistics} = inet:getstat(Client, [send_cnt, send_oct]),
    t:p(lists:sort(Statistics)),
    close([Client, Server]).

udp() ->
    Open = fun() -> gen_udp:open(0, [{inet_backend, socket}, binary, {active, false}, {ip, {127, 0, 0, 1}}]) end,
    {ok, A} = Open(),
    {ok, B} = Open(),
    {ok, Port} = inet:port(B),
    {ok, From} = inet:port(A),
    t:p(gen_udp:send(A, {127, 0, 0, 1}, Port, <<"passive">>)),
    {ok, {{127, 0, 0, 1}, From, Data}} = gen_udp:recv(B, 0),
    t:p(Data),
    t:p(gen_udp:recv(B, 0, 10)),
    ok = inet:setopts(B, [{active, true}]),
    ok = gen_udp:send(A, {127, 0, 0, 1}, Port, <<"active">>),
    receive {udp, B, {127, 0, 0, 1}, From, Active} -> t:p(Active) end,
    t:p([gen_udp:close(A), gen_udp:close(B)]).
