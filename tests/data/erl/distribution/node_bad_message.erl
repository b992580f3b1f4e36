%% releases: 25
-module(node_bad_message).
-export([main/0, there/1, keeps/1, sends/3]).

%% A message that is none stands in the queue until its receiver looks at it. Then it is gone, and so is the connection that it came over, if that
%% is still there.
main() -> cluster:run(?MODULE, 2, ["-kernel", "logger_level", "none", "-kernel", "connect_all", "false"]).

there([Other]) ->
    pong = net_adm:ping(Other),
    ok = net_kernel:monitor_nodes(true),
    Me = self(),
    [one_by_one(Other, Me), asked_for(Other), another_connection(Other, Me), nobody(Other), bad_name(Other)].

one_by_one(Other, Me) ->
    Keeper = keeper(Me),
    Keeper ! one,
    bad(Other, Keeper, 2),
    Keeper ! two,
    Length = length_of(Keeper, 4),
    Up = lists:member(Other, nodes()),
    give(Keeper),
    Got = receive {got, Messages} -> Messages end,
    down(Other),
    {Length, Up, Got}.

asked_for(Other) ->
    Keeper = keeper(self()),
    bad(Other, Keeper, 1),
    Keeper ! three,
    length_of(Keeper, 2),
    Info = process_info(Keeper, [message_queue_len, messages]),
    down(Other),
    give(Keeper),
    receive {got, Messages} -> {Info, Messages} end.

another_connection(Other, Me) ->
    Keeper = keeper(Me),
    bad(Other, Keeper, 1),
    length_of(Keeper, 1),
    true = net_kernel:disconnect(Other),
    down(Other),
    pong = net_adm:ping(Other),
    receive {nodeup, Other} -> ok end,
    Keeper ! four,
    give(Keeper),
    Got = receive {got, Messages} -> Messages end,
    {Got, receive {nodedown, Other} -> down after 300 -> still_up end}.

nobody(Other) ->
    {Pid, Monitor} = spawn_monitor(fun() -> ok end),
    receive {'DOWN', Monitor, process, Pid, _} -> ok end,
    bad(Other, Pid, 1),
    receive {nodedown, Other} -> down after 300 -> still_up end.

%% What stands before the message must be as it should.
bad_name(Other) ->
    send(Other, self(), 1, [{6, someone, '', name}, message]),
    receive {nodedown, Other} -> down after 5000 -> still_up end.

%% When so many have come.
length_of(Keeper, Count) ->
    case process_info(Keeper, message_queue_len) of
        {message_queue_len, Count} = Length -> Length;
        _ -> timer:sleep(1), length_of(Keeper, Count)
    end.

down(Other) -> receive {nodedown, Other} -> ok end.

%% The other node sends what is no term, and then something that is.
bad(Other, To, Count) -> send(Other, To, Count, []).

send(Other, To, Count, Message) ->
    case lists:member(Other, nodes()) of
        true -> ok;
        false -> pong = net_adm:ping(Other), receive {nodeup, Other} -> ok end
    end,
    Pid = spawn(Other, ?MODULE, sends, [To, Count, Message]),
    Monitor = monitor(process, Pid),
    receive {'DOWN', Monitor, process, Pid, _} -> ok end.

sends(To, Count, Message) ->
    {_, Controller} = lists:keyfind(node(To), 1, erlang:system_info(dist_ctrl)),
    Head = [131, 68, 0],
    Bytes = case Message of
        [] -> [external({2, '', To}), 255];
        [Control, Term] -> [external(Control), external(Term)]
    end,
    [true = port_command(Controller, [Head, Bytes]) || _ <- lists:seq(1, Count)],
    ok.

external(Term) ->
    <<131, Bytes/binary>> = term_to_binary(Term),
    Bytes.

%% It looks at nothing before it is resumed.
keeper(To) ->
    Keeper = spawn(?MODULE, keeps, [To]),
    erlang:suspend_process(Keeper),
    Keeper.

give(Keeper) ->
    Keeper ! give,
    erlang:resume_process(Keeper).

keeps(To) ->
    receive give -> To ! {got, all()} end.

all() -> receive Message -> [Message | all()] after 0 -> [] end.
