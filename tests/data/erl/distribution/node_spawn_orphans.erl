%% not: zeal
-module(node_spawn_orphans).
-export([main/0, there/1, child/1]).

%% A process asks for another one with a link and exits before it is answered, busily: the other one hears the reason all the same.
main() -> cluster:run(?MODULE, 2).

there([Other]) ->
    Me = self(),
    Rows = [{Row, Row} || Row <- lists:seq(1, 3000)],
    Parents = [spawn_opt(fun() -> parent(Other, Me, Rows, Number rem 5) end, [{priority, high}, monitor]) || Number <- lists:seq(1, 400)],
    [receive {'DOWN', Monitor, process, Pid, Why} -> Why end || {Pid, Monitor} <- Parents],
    Reasons = [receive {child, Reason} -> Reason after 10000 -> none end || _ <- Parents],
    [lists:usort(Reasons)].

parent(Other, Me, Rows, Wait) ->
    ets:insert(ets:new(table, []), Rows),
    spawn_request(Other, ?MODULE, child, [Me], [link, {priority, high}]),
    receive after Wait -> ok end,
    exit(kaboom).

child(Pid) ->
    process_flag(trap_exit, true),
    receive {'EXIT', _, Reason} -> Pid ! {child, Reason} end.
