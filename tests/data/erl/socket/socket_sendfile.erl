%% Files sent by `socket:sendfile`: whole, parts, to a peer that is slow, while the owner dies.
-module(socket_sendfile).
-export([main/0]).

main() ->
    Name = filename:join(os:getenv("TMPDIR", "/tmp"), "socket_sendfile." ++ os:getpid()),
    Data = binary:copy(<<"0123456789">>, 400_000),
    ok = file:write_file(Name, Data),
    {ok, File} = file:open(Name, [read, raw, binary]),
    try whole(File, Data), parts(File, Data), nowait(File, Data), counts(File), dying(Name), wrong(File)
    after
        file:close(File), file:delete(Name)
    end.

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

reader(Socket, Length) ->
    Self = self(),
    spawn_link(fun() -> Self ! {read, socket:recv(Socket, Length)} end).

read() -> receive {read, Result} -> Result end.

whole(File, Data) ->
    {Client, Server} = pair(),
    reader(Server, byte_size(Data)),
    t:p(socket:sendfile(Client, File)),
    t:p(read() =:= {ok, Data}),
    [socket:close(Socket) || Socket <- [Client, Server]].

parts(File, Data) ->
    {Client, Server} = pair(),
    t:p(socket:sendfile(Client, File, 5, 10)),
    t:p(socket:recv(Server, 10)),
    t:p(socket:sendfile(Client, File, byte_size(Data) - 3, 10)),
    t:p(socket:recv(Server, 3)),
    t:p(socket:sendfile(Client, File, byte_size(Data), 0)),
    t:p(socket:sendfile(Client, File, -1, 0)),
    [socket:close(Socket) || Socket <- [Client, Server]].

nowait(File, Data) ->
    {Client, Server} = pair(),
    ok = socket:setopt(Client, {socket, sndbuf}, 10_000),
    {select, {{select_info, Tag, Handle} = Info, Sent}} = socket:sendfile(Client, File, nowait),
    t:p({case Tag of sendfile -> sendfile; {sendfile, _} -> sendfile end, Sent > 0}),
    reader(Server, byte_size(Data)),
    receive {'$socket', Client, select, Handle} -> ok end,
    t:p(continue(Client, Info, Sent, byte_size(Data)) =:= byte_size(Data)),
    t:p(read() =:= {ok, Data}),
    [socket:close(Socket) || Socket <- [Client, Server]].

continue(Socket, Info, Offset, Size) ->
    case socket:sendfile(Socket, Info, Offset, 0, nowait) of
        {ok, Sent} -> Offset + Sent;
        {select, {{select_info, _, Handle} = Next, Sent}} ->
            receive {'$socket', Socket, select, Handle} -> ok end,
            continue(Socket, Next, Offset + Sent, Size)
    end.

counts(File) ->
    {Client, Server} = pair(),
    reader(Server, 1000),
    {ok, 1000} = socket:sendfile(Client, File, 0, 1000),
    {ok, _} = read(),
    #{counters := Counters} = socket:info(Client),
    t:p([{Key, maps:get(Key, Counters)} || Key <- [sendfile_byte, sendfile_fails, sendfile_max, sendfile_pkg_max,
                                                  sendfile_tries, sendfile_waits]]),
    [socket:close(Socket) || Socket <- [Client, Server]].

dying(Name) ->
    {Client, Server} = pair(),
    ok = socket:setopt(Client, {socket, sndbuf}, 10_000),
    Self = self(),
    {Owner, Monitor} = spawn_monitor(fun() ->
                                         receive go -> ok end,
                                         {ok, File} = file:open(Name, [read, raw, binary]),
                                         Self ! {self(), socket:sendfile(Client, File)}
                                     end),
    ok = socket:setopt(Client, {otp, controlling_process}, Owner),
    Owner ! go,
    wait_for(fun() -> maps:get(num_writers, socket:info(Client)) =:= 1 end),
    exit(Owner, kill),
    receive {'DOWN', Monitor, process, Owner, Reason} -> t:p(Reason) end,
    t:p(socket:send(Client, <<"x">>)),
    _ = drain(Server),
    socket:close(Server).

drain(Socket) ->
    case socket:recv(Socket, 0) of
        {ok, _} -> drain(Socket);
        Other -> Other
    end.

wrong(File) ->
    {Client, Server} = pair(),
    t:x(fun() -> socket:sendfile(Client, not_a_file) end),
    ok = socket:close(Client),
    t:p(socket:sendfile(Client, File)),
    socket:close(Server).

wait_for(Condition) ->
    case Condition() of
        true -> ok;
        false -> timer:sleep(5), wait_for(Condition)
    end.
