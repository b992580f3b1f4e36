%% timeout: 90
-module(node_busy).
-export([main/0, there/1, count/2]).

%% Who sends to a node that does not read waits, or is told so, and loses nothing.
main() -> cluster:run(?MODULE, 2, ["+zdbbl", "64"]).

there([Other]) ->
    pong = net_adm:ping(Other),
    Me = self(),
    Counter = spawn_link(Other, ?MODULE, count, [Me, 0]),
    {_, Controller} = lists:keyfind(Other, 1, erlang:system_info(dist_ctrl)),
    erlang:system_monitor(self(), [busy_dist_port]),
    %% the other machine stands still
    Os = rpc:call(Other, os, getpid, []),
    [] = os:cmd("kill -STOP " ++ Os),
    Data = binary:copy(<<0>>, 10000),
    Sender = spawn_link(fun() -> fill(Counter, Data, 2000), Me ! filled end),
    Monitored = receive {monitor, Sender, busy_dist_port, Controller} -> yes after 20000 -> no end,
    %% what the system itself holds has room for some first
    Refused = until(fun() -> erlang:send(Counter, {Data, 0}, [nosuspend]) end, nosuspend),
    Status = until(fun() -> element(2, process_info(Sender, status)) end, suspended),
    Killed = spawn(fun() -> Counter ! {Data, 0} end),
    Ref = monitor(process, Killed),
    exit(Killed, kill),
    Down = receive {'DOWN', Ref, process, Killed, Why} -> Why after 20000 -> lost end,
    [] = os:cmd("kill -CONT " ++ Os),
    Filled = receive filled -> yes after 60000 -> no end,
    Counter ! {self(), stop},
    Count = receive {counted, C} -> C after 60000 -> lost end,
    {monitors, Before} = {monitors, erlang:system_monitor(undefined)},
    [{monitored, Monitored}, {status, Status}, {refused, Refused}, {killed, Down}, {filled, Filled}, {count, Count}, element(2, Before)].

until(Get, Wanted) ->
    case Get() of
        Wanted -> Wanted;
        _ -> timer:sleep(10), until(Get, Wanted)
    end.

fill(_, _, 0) -> ok;
fill(To, Data, Times) -> To ! {Data, Times}, fill(To, Data, Times - 1).

%% All in order.
count(To, Count) ->
    receive
        {_, 0} -> count(To, Count);
        {Data, Times} when byte_size(Data) =:= 10000, Times =:= 2000 - Count -> count(To, Count + 1);
        {To, stop} -> To ! {counted, Count}
    end.
