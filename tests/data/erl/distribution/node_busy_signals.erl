%% timeout: 90
-module(node_busy_signals).
-export([main/0, there/1, idle/0, answer/1]).

%% Who does something to a process of a node that does not read has done it, and is suspended until there is room.
main() -> cluster:run(?MODULE, 2, ["+zdbbl", "64"]).

there([Other]) ->
    pong = net_adm:ping(Other),
    Far = [spawn(Other, ?MODULE, idle, []) || _ <- lists:seq(1, 7)],
    [A, B, C, D, E, F, G] = Far,
    Me = self(),
    Leader = spawn(?MODULE, idle, []),
    Doing = [
        {link, fun() -> ok end, fun(_) -> link(A) end},
        {unlink, fun() -> link(B) end, fun(_) -> unlink(B) end},
        {monitor, fun() -> ok end, fun(_) -> is_reference(monitor(process, C)) end},
        {demonitor, fun() -> monitor(process, D) end, fun(Ref) -> demonitor(Ref) end},
        {demonitor_info, fun() -> monitor(process, D) end, fun(Ref) -> demonitor(Ref, [info]) end},
        {exit, fun() -> ok end, fun(_) -> exit(E, because) end},
        {group_leader, fun() -> ok end, fun(_) -> group_leader(Leader, F) end},
        {spawn_request, fun() -> ok end, fun(_) ->
            Ref = spawn_request(Other, ?MODULE, answer, [Me], []),
            receive {spawn_reply, Ref, ok, Pid} -> node(Pid) =:= Other end
        end},
        {send, fun() -> ok end, fun(_) -> G ! {Me, hello} end},
        {send_3, fun() -> ok end, fun(_) -> erlang:send(G, {Me, again}, []) end},
        {send_name, fun() -> ok end, fun(_) -> {nobody, Other} ! hello end}
    ],
    Doers = [{Name, doer(Me, Prepare, Do)} || {Name, Prepare, Do} <- Doing],
    [receive {ready, Pid} -> ok end || {_, Pid} <- Doers],
    %% all that was asked of it before has been done
    [pong = pong(Pid) || Pid <- Far],
    Os = rpc:call(Other, os, getpid, []),
    [] = os:cmd("kill -STOP " ++ Os),
    Filler = spawn(fun() -> fill({nobody, Other}, binary:copy(<<0>>, 10000)) end),
    %% what the system itself holds has room for some first
    [begin timer:sleep(500), until(fun() -> erlang:send({nobody, Other}, more, [nosuspend]) end, nosuspend) end || _ <- [1, 2]],
    [Pid ! go || {_, Pid} <- Doers],
    States = [{Name, state(Pid)} || {Name, Pid} <- Doers],
    exit(Filler, kill),
    [] = os:cmd("kill -CONT " ++ Os),
    Results = [{Name, receive {done, Pid, Result} -> neutral(Result, Me) after 30000 -> lost end} || {Name, Pid} <- Doers],
    Answer = receive {answer, Node} -> Node =:= Other after 30000 -> lost end,
    Pid = fun(Name) -> element(2, lists:keyfind(Name, 1, Doers)) end,
    Info = fun(P, Item) -> rpc:call(Other, erlang, process_info, [P, Item]) end,
    Effects = [
        {linked, Info(A, links) =:= {links, [Pid(link)]}},
        {unlinked, Info(B, links)},
        {watched, Info(C, monitored_by) =:= {monitored_by, [Pid(monitor)]}},
        {not_watched, Info(D, monitored_by)},
        {dead, Info(E, status)},
        {leader, Info(F, group_leader) =:= {group_leader, Leader}},
        {messages, [M || {_, M} <- element(2, Info(G, messages))]}
    ],
    States ++ Results ++ [{answer, Answer} | Effects].

neutral(Result, Me) when Result =:= {Me, hello} -> message;
neutral(Result, _) -> Result.

doer(To, Prepare, Do) ->
    spawn(fun() ->
        Prepared = Prepare(),
        To ! {ready, self()},
        receive go -> ok end,
        To ! {done, self(), Do(Prepared)},
        idle()
    end).

%% What it does when it has begun and does not run any more.
state(Pid) -> state(Pid, 300).

state(Pid, Tries) ->
    case process_info(Pid, [status, current_function]) of
        [{status, suspended}, {current_function, {Module, Function, _}}] -> {suspended, Module, Function};
        _ when Tries > 0 -> timer:sleep(10), state(Pid, Tries - 1);
        Other -> Other
    end.

until(Get, Wanted) ->
    case Get() of
        Wanted -> Wanted;
        _ -> timer:sleep(1), until(Get, Wanted)
    end.

fill(To, Data) -> To ! Data, fill(To, Data).

idle() ->
    receive
        {ping, From} -> From ! {pong, self()}, idle();
        stop -> ok
    end.

pong(Pid) ->
    Pid ! {ping, self()},
    receive {pong, Pid} -> pong end.

answer(To) -> To ! {answer, node()}, idle().
