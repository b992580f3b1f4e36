%% Many processes at one socket by the module `socket`: lines of acceptors, readers and writers; owners that die; cancelling, closing, monitors.
-module(socket_queues).
-export([main/0]).

main() ->
    acceptors(),
    readers(),
    writers(),
    owners(),
    connectors(),
    monitors().

listener() ->
    {ok, Listener} = socket:open(inet, stream, tcp),
    ok = socket:bind(Listener, #{family => inet, addr => loopback, port => 0}),
    ok = socket:listen(Listener),
    {ok, Address} = socket:sockname(Listener),
    {Listener, Address}.

pair() ->
    {Listener, Address} = listener(),
    {ok, Client} = socket:open(inet, stream, tcp),
    ok = socket:connect(Client, Address),
    {ok, Server} = socket:accept(Listener),
    ok = socket:close(Listener),
    {Client, Server}.

%% Starts processes one after the other, each of which stands in line before the next one comes.
in_line(Socket, Key, Count, Work) ->
    Self = self(),
    [begin
         Pid = spawn(fun() -> Self ! {self(), Work()} end),
         wait_for(fun() -> maps:get(Key, socket:info(Socket)) =:= Number end),
         Pid
     end || Number <- lists:seq(1, Count)].

result(Pid) -> receive {Pid, Result} -> Result end.

acceptors() ->
    {Listener, Address} = listener(),
    Accept = fun() ->
                 case socket:accept(Listener) of
                     {ok, Socket} -> {ok, Byte} = socket:recv(Socket, 1), {accepted, Byte};
                     Other -> Other
                 end
             end,
    [First, Second, Third, Fourth] = in_line(Listener, num_acceptors, 4, Accept),
    Connect = fun(Byte) ->
                  {ok, Client} = socket:open(inet, stream, tcp),
                  ok = socket:connect(Client, Address),
                  ok = socket:send(Client, Byte),
                  Client
              end,
    %% Served in their order; a dead one is noticed at once.
    A = Connect(<<"a">>),
    t:p(first, result(First)),
    exit(Second, kill),
    wait_for(fun() -> maps:get(num_acceptors, socket:info(Listener)) =:= 2 end),
    B = Connect(<<"b">>),
    t:p(third, result(Third)),
    t:p(maps:get(rstates, socket:info(Listener))),
    %% To read from what accepts is refused.
    t:p(socket:recv(Listener, 0)),
    {select, Info} = socket:accept(Listener, nowait),
    t:x(fun() -> socket:accept(Listener, nowait) end),
    t:p(socket:cancel(Listener, Info)),
    t:p(socket:accept(Listener, 10)),
    {select, {select_info, accept, Handle}} = socket:accept(Listener, nowait),
    t:p(socket:close(Listener)),
    t:p(fourth, result(Fourth)),
    receive {'$socket', Listener, abort, {Handle, Reason}} -> t:p(Reason) end,
    t:p(socket:accept(Listener)),
    [socket:close(Socket) || Socket <- [A, B]].

readers() ->
    {Client, Server} = pair(),
    Read = fun() -> socket:recv(Server, 2) end,
    [First, Second, Third, Fourth] = in_line(Server, num_readers, 4, Read),
    exit(Third, kill),
    wait_for(fun() -> maps:get(num_readers, socket:info(Server)) =:= 3 end),
    ok = socket:send(Client, <<"aabb">>),
    t:p([result(First), result(Second)]),
    t:p(socket:recv(Server, 2, 20)),
    t:p(socket:accept(Server, 0)),
    exit(Fourth, kill),
    wait_for(fun() -> maps:get(num_readers, socket:info(Server)) =:= 0 end),
    ok = socket:send(Client, <<"cc">>),
    t:p(socket:recv(Server, 2)),
    [Fifth, Sixth] = in_line(Server, num_readers, 2, Read),
    ok = socket:close(Client),
    t:p([result(Fifth), result(Sixth)]),
    ok = socket:close(Server).

writers() ->
    {Client, Server} = pair(),
    Data = binary:copy(<<"x">>, 8 bsl 20),
    [First, Second, Third] = in_line(Client, num_writers, 3, fun() -> socket:send(Client, Data) end),
    exit(Second, kill),
    wait_for(fun() -> maps:get(num_writers, socket:info(Client)) =:= 2 end),
    Self = self(),
    Reader = spawn_link(fun() -> Self ! {self(), count(Server, 0)} end),
    t:p([result(First), result(Third)]),
    ok = socket:close(Client),
    t:p(result(Reader) =:= 2 * byte_size(Data)),
    ok = socket:close(Server),
    %% A writer that waits is told of the end.
    {Other, Peer} = pair(),
    [Waiting, Behind] = in_line(Other, num_writers, 2, fun() -> socket:send(Other, Data) end),
    ok = socket:close(Other),
    {error, {closed, Rest}} = result(Waiting),
    t:p(byte_size(Rest) > 0),
    t:p(result(Behind)),
    ok = socket:close(Peer).

count(Socket, Sum) ->
    case socket:recv(Socket, 0) of
        {ok, Data} -> count(Socket, Sum + byte_size(Data));
        {error, closed} -> Sum
    end.

owners() ->
    {Client, Server} = pair(),
    {Owner, Monitor} = spawn_monitor(fun() -> receive go -> ok end end),
    t:p(socket:setopt(Server, {otp, controlling_process}, Owner)),
    t:p(socket:setopt(Server, {otp, controlling_process}, self())),
    [Reader] = in_line(Server, num_readers, 1, fun() -> socket:recv(Server, 0) end),
    Owner ! go,
    receive {'DOWN', Monitor, process, Owner, normal} -> ok end,
    t:p(result(Reader)),
    t:p(socket:recv(Client, 0)),
    t:p(socket:recv(Server, 0)),
    %% One that is dead already.
    t:p(socket:setopt(Client, {otp, controlling_process}, Owner)),
    t:p(socket:recv(Client, 0)),
    %% Who closes may die in between.
    {A, B} = pair(),
    {Closer, Down} = spawn_monitor(fun() -> {'$socket', Reference} = A, ok = prim_socket:close(Reference) end),
    receive {'DOWN', Down, process, Closer, normal} -> ok end,
    t:p(socket:recv(B, 0)),
    t:p(socket:close(A)),
    {'$socket', Reference} = B,
    t:x(fun() -> prim_socket:finalize_close(Reference) end),
    t:p(socket:close(B)).

connectors() ->
    {Listener, Address} = listener(),
    {ok, Client} = socket:open(inet, stream, tcp),
    case socket:connect(Client, Address, nowait) of
        {select, {select_info, connect, Handle}} ->
            receive {'$socket', Client, select, Handle} -> ok end,
            t:p(socket:connect(Client));
        ok ->
            t:p(ok)
    end,
    t:p(lists:member(connected, maps:get(wstates, socket:info(Client)))),
    ok = socket:close(Client),
    ok = socket:close(Listener),
    {ok, Refused} = socket:open(inet, stream, tcp),
    t:p(socket:connect(Refused, Address, 1000)),
    t:x(fun() -> socket:cancel(Refused, {select_info, connect, make_ref()}) end),
    t:p(socket:cancel(Refused, {select_info, recv, make_ref()})),
    ok = socket:close(Refused).

monitors() ->
    {Client, Server} = pair(),
    Monitor = socket:monitor(Server),
    t:p(is_reference(Monitor)),
    t:p(lists:member(Server, socket:which_sockets(fun(#{owner := Owner}) -> Owner =:= self() end))),
    ok = socket:close(Server),
    receive {'DOWN', Monitor, socket, Server, Reason} -> t:p(Reason) end,
    Cancelled = socket:monitor(Client),
    t:p(socket:cancel_monitor(Cancelled)),
    ok = socket:close(Client),
    After = socket:monitor(Client),
    receive {'DOWN', After, socket, Client, Late} -> t:p(Late) end,
    {ok, Unknown} = socket:open(inet, stream, tcp, #{use_registry => false}),
    t:p(lists:member(Unknown, socket:which_sockets())),
    t:p(socket:getopt(Unknown, {otp, use_registry})),
    ok = socket:close(Unknown).

wait_for(Condition) ->
    case Condition() of
        true -> ok;
        false -> timer:sleep(5), wait_for(Condition)
    end.
