%% not: zeal
-module(node_connects_again).
-export([main/0, there/1]).

%% Who has disconnected a node and reaches for it again gets another connection, however soon that is.
main() -> cluster:run(?MODULE, 2, ["-kernel", "connect_all", "false"]).

there([Other]) -> [length([pang || _ <- lists:seq(1, 200), again(Other) =:= pang])].

again(Other) ->
    Answer = net_adm:ping(Other),
    {Pid, Monitor} = spawn_monitor(fun() ->
        spawn_request(Other, erlang, hibernate, [lists, sort, [[]]], [link, {priority, high}]),
        exit(bye)
    end),
    receive {'DOWN', Monitor, process, Pid, bye} -> erlang:disconnect_node(Other) end,
    Answer.
