%% A receive of a length that comes in many small pieces: whole, cut short by its time, and by the end.
-module(socket_long_receive).
-export([main/0]).

main() ->
    whole(2000000),
    timed_out(),
    ended(),
    asked_in_turns().

pair() ->
    {ok, Listener} = socket:open(inet, stream, tcp),
    ok = socket:bind(Listener, #{family => inet, addr => loopback, port => 0}),
    ok = socket:listen(Listener),
    {ok, Address} = socket:sockname(Listener),
    {ok, Client} = socket:open(inet, stream, tcp),
    ok = socket:setopt(Client, {socket, rcvbuf}, 16384),
    ok = socket:connect(Client, Address),
    {ok, Server} = socket:accept(Listener),
    ok = socket:close(Listener),
    {Client, Server}.

piece(N) -> binary:copy(<<N:32>>, 25000).

whole(Size) ->
    {Client, Server} = pair(),
    spawn_link(fun() -> [ok = socket:send(Server, piece(N)) || N <- lists:seq(1, Size div 100000)] end),
    {ok, Got} = socket:recv(Client, Size),
    t:p({byte_size(Got), Got =:= iolist_to_binary([piece(N) || N <- lists:seq(1, Size div 100000)])}),
    socket:close(Client),
    socket:close(Server).

timed_out() ->
    {Client, Server} = pair(),
    ok = socket:send(Server, <<"one">>),
    t:p(socket:recv(Client, 12000, 300)),
    ok = socket:send(Server, <<"three">>),
    {ok, Bytes} = socket:recv(Client, 4),
    t:p(Bytes),
    socket:close(Client),
    socket:close(Server).

ended() ->
    {Client, Server} = pair(),
    spawn_link(fun() -> [begin ok = socket:send(Server, piece(N)), timer:sleep(5) end || N <- lists:seq(1, 5)], socket:close(Server) end),
    {error, {closed, Part}} = socket:recv(Client, 1000000),
    t:p({byte_size(Part), Part =:= iolist_to_binary([piece(N) || N <- lists:seq(1, 5)])}),
    t:p(socket:recv(Client, 10)),
    socket:close(Client).

%% Without waiting, what has come is given with what to wait for.
asked_in_turns() ->
    {Client, Server} = pair(),
    spawn_link(fun() -> [begin ok = socket:send(Server, piece(N)), timer:sleep(1) end || N <- lists:seq(1, 20)] end),
    Got = turns(Client, 2000000, []),
    t:p({byte_size(Got), Got =:= iolist_to_binary([piece(N) || N <- lists:seq(1, 20)])}),
    socket:close(Client),
    socket:close(Server).

turns(_, 0, Parts) -> iolist_to_binary(lists:reverse(Parts));
turns(Client, Left, Parts) ->
    case socket:recv(Client, Left, nowait) of
        {ok, Part} -> turns(Client, Left - byte_size(Part), [Part | Parts]);
        {select, {{select_info, _, Handle}, Part}} -> wait(Client, Handle), turns(Client, Left - byte_size(Part), [Part | Parts]);
        {select, {select_info, _, Handle}} -> wait(Client, Handle), turns(Client, Left, Parts)
    end.

wait(Client, Handle) -> receive {'$socket', Client, select, Handle} -> ok end.
