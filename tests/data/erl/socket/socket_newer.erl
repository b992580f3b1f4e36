%% since: 27
%% What the modules `socket` and `net` have since OTP 26.
-module(socket_newer).
-export([main/0]).

main() ->
    {Client, Server} = pair(),
    t:p(socket:sendv(Client, [<<"some ">>, <<>>, <<"pieces">>])),
    t:p(socket:recv(Server, 11)),
    t:p(socket:sendv(Client, [])),
    t:x(fun() -> socket:sendv(Client, [<<"x">>, y]) end),
    %% More pieces than the system takes at once.
    Many = [<<I:32>> || I <- lists:seq(1, 5000)],
    t:p(socket:sendv(Client, Many)),
    t:p(socket:recv(Server, 20_000) =:= {ok, iolist_to_binary(Many)}),
    t:p(socket:sendmsg(Client, #{iov => Many})),
    t:p(socket:recv(Server, 20_000) =:= {ok, iolist_to_binary(Many)}),
    %% More than it buffers.
    Large = lists:duplicate(300, binary:copy(<<"0123456789abcdef">>, 4096)),
    Self = self(),
    spawn_link(fun() -> Self ! {sent, socket:sendv(Client, Large)} end),
    t:p(socket:recv(Server, iolist_size(Large)) =:= {ok, iolist_to_binary(Large)}),
    receive {sent, Sent} -> t:p(Sent) end,
    ok = socket:send(Client, <<"four">>),
    {ok, _} = socket:recv(Server, 0, [peek], 1000),
    t:p(socket:ioctl(Server, nread)),
    t:p(socket:ioctl(Server, atmark)),
    t:p(socket:recv(Server, 4)),
    [t:p(Option, {socket:setopt(Client, {tcp, Option}, 7), socket:getopt(Client, {tcp, Option})})
     || Option <- [keepcnt, keepidle, keepintvl]],
    [socket:close(Socket) || Socket <- [Client, Server]],
    {ok, Datagrams} = socket:open(inet, dgram, udp),
    t:x(fun() -> socket:sendv(Datagrams, Many) end),
    ok = socket:close(Datagrams),
    registry(),
    services().

pair() ->
    {ok, Listener} = socket:open(inet, stream, tcp),
    ok = socket:bind(Listener, #{family => inet, addr => loopback, port => 0}),
    ok = socket:listen(Listener),
    {ok, Address} = socket:sockname(Listener),
    {ok, Client} = socket:open(inet, stream, tcp),
    ok = socket:connect(Client, Address),
    {ok, Server} = socket:accept(Listener),
    ok = socket:close(Listener),
    {Client, Server}.

registry() ->
    t:p(socket:use_registry(true)),
    t:x(fun() -> prim_socket:use_registry(x) end),
    t:p(prim_net:debug(false)),
    t:x(fun() -> prim_net:debug(x) end),
    t:p(lists:sort(maps:keys(prim_socket:info()))),
    #{counters := Counters} = prim_socket:info(),
    t:p(lists:sort(maps:keys(Counters))).

services() ->
    t:p(prim_net:getservbyname("no such service", "tcp")),
    t:p(prim_net:getservbyname("no such service", "any")),
    t:p(prim_net:getservbyport(1, "no such protocol")),
    t:p(prim_net:getservbyport(-1, "tcp")).
