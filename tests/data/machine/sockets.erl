%% A hundred thousand short connections, half of them by ports and half by the module `socket`, whose owners end in many ways and are killed at
%% random; then there are as many descriptors and ports as before.
-module(sockets).
-export([main/0]).

-define(CONNECTIONS, 100_000).
-define(LISTENERS, 8).
-define(ACCEPTORS, 6).
-define(AT_ONCE, 48).

main() ->
    logger:set_primary_config(level, none),
    rand:seed(exsss, 7),
    run(1000),
    Before = settled(counts()),
    Made = run(?CONNECTIONS),
    settle(Before, Made, 400).

counts() ->
    {ok, Names} = file:list_dir("/proc/self/fd"),
    {length(Names), length(erlang:ports()), socket:number_of()}.

%% What the first round has left goes soon.
settled(Counts) ->
    timer:sleep(200),
    case counts() of
        Counts -> Counts;
        Others -> settled(Others)
    end.

settle({Files, Ports, Sockets} = Before, Made, Tries) ->
    case counts() of
        {F, P, S} when F =< Files, P =< Ports, S =< Sockets, Made >= ?CONNECTIONS -> io:format("nothing left~n");
        After when Tries =:= 0 -> io:format("~p were ~p before ~p connections~n", [After, Before, Made]);
        _ -> timer:sleep(50), settle(Before, Made, Tries - 1)
    end,
    halt().

%% Makes so many connections, and ends all that served them.
run(Count) ->
    Made = counters:new(1, []),
    {Hosts, Monitors} = lists:unzip([spawn_monitor(fun() -> host(Kind) end) || Kind <- kinds()]),
    Places = list_to_tuple([place(Host) || Host <- Hosts]),
    rounds(Count, Made, Places, list_to_tuple(Hosts)),
    [exit(Host, kill) || Host <- Hosts],
    [receive {'DOWN', Monitor, process, _, _} -> ok end || Monitor <- Monitors],
    counters:get(Made, 1).

kinds() -> [case I rem 2 of 0 -> port; 1 -> socket end || I <- lists:seq(1, ?LISTENERS)].

place(Host) ->
    Host ! {place, self()},
    receive {place, Host, Place} -> Place end.

rounds(Count, Made, Places, Hosts) ->
    Clients = [spawn_monitor(fun() -> client(I, Made, element(1 + I rem ?LISTENERS, Places)) end)
               || I <- lists:seq(1, ?AT_ONCE)],
    [exit(Pid, kill) || {Pid, _} <- Clients, rand:uniform(6) =:= 1],
    element(rand:uniform(?LISTENERS), Hosts) ! {kill, rand:uniform(?ACCEPTORS)},
    [receive {'DOWN', Monitor, process, _, _} -> ok end || {_, Monitor} <- Clients],
    case counters:get(Made, 1) of
        Enough when Enough >= Count -> ok;
        _ -> rounds(Count, Made, Places, Hosts)
    end.

%% Owns a listener and keeps its acceptors going; they are linked to it and end with it.
host(Kind) ->
    process_flag(trap_exit, true),
    {Listener, Port} = listen(Kind),
    host(Kind, Listener, Port, [acceptor(Kind, Listener) || _ <- lists:seq(1, ?ACCEPTORS)]).

host(Kind, Listener, Port, Acceptors) ->
    receive
        {place, From} ->
            From ! {place, self(), {Kind, Port}},
            host(Kind, Listener, Port, Acceptors);
        {kill, N} ->
            exit(lists:nth(N, Acceptors), kill),
            host(Kind, Listener, Port, Acceptors);
        {'EXIT', Pid, _} ->
            Others = lists:delete(Pid, Acceptors),
            host(Kind, Listener, Port, [acceptor(Kind, Listener) | Others])
    end.

acceptor(Kind, Listener) ->
    spawn_link(fun() -> rand:seed(default), serve(Kind, accept(Kind, Listener)) end).

listen(port) ->
    {ok, Listener} = gen_tcp:listen(0, [binary, {ip, {127, 0, 0, 1}}, {active, false}, {backlog, 200}]),
    {ok, Port} = inet:port(Listener),
    {Listener, Port};
listen(socket) ->
    {ok, Listener} = socket:open(inet, stream, tcp),
    ok = socket:bind(Listener, #{family => inet, addr => loopback, port => 0}),
    ok = socket:listen(Listener, 200),
    {ok, #{port := Port}} = socket:sockname(Listener),
    {Listener, Port}.

accept(port, Listener) -> gen_tcp:accept(Listener);
accept(socket, Listener) -> socket:accept(Listener).

recv(port, Socket) -> gen_tcp:recv(Socket, 0, 1000);
recv(socket, Socket) -> socket:recv(Socket, 0, [], 1000).

send(port, Socket, Data) -> gen_tcp:send(Socket, Data);
send(socket, Socket, Data) -> socket:send(Socket, Data).

close(port, Socket) -> gen_tcp:close(Socket);
close(socket, Socket) -> socket:close(Socket).

connect(port, Port) -> gen_tcp:connect({127, 0, 0, 1}, Port, [binary, {active, false}], 2000);
connect(socket, Port) ->
    {ok, Socket} = socket:open(inet, stream, tcp),
    case socket:connect(Socket, #{family => inet, addr => loopback, port => Port}, 2000) of
        ok -> {ok, Socket};
        Error -> Error
    end.

serve(Kind, {ok, Socket}) ->
    case recv(Kind, Socket) of
        {ok, <<"echo">>} -> send(Kind, Socket, <<"echo">>), serve(Kind, {ok, Socket});
        {ok, <<"die">>} -> exit(died);
        {ok, _} -> serve(Kind, {ok, Socket});
        {error, _} -> close(Kind, Socket)
    end;
serve(_, {error, _}) -> ok.

client(I, Made, {Kind, Port}) ->
    case connect(Kind, Port) of
        {ok, Socket} ->
            counters:add(Made, 1, 1),
            act(I rem 6, Kind, Socket);
        {error, _} ->
            ok
    end.

act(0, Kind, Socket) -> send(Kind, Socket, <<"echo">>), recv(Kind, Socket), close(Kind, Socket);
act(1, _, _) -> ok;
act(2, Kind, Socket) -> send(Kind, Socket, <<"die">>), recv(Kind, Socket);
act(3, port, Socket) -> inet:setopts(Socket, [{linger, {true, 0}}]), gen_tcp:close(Socket);
act(3, socket, Socket) ->
    socket:setopt(Socket, {socket, linger}, #{onoff => true, linger => 0}),
    socket:close(Socket);
act(4, port, Socket) -> gen_tcp:shutdown(Socket, write), gen_tcp:recv(Socket, 0, 1000);
act(4, socket, Socket) -> socket:shutdown(Socket, write), socket:recv(Socket, 0, [], 1000);
act(5, Kind, Socket) -> send(Kind, Socket, binary:copy(<<0>>, 20_000)), exit(enough).
