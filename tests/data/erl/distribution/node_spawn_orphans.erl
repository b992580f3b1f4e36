%% not: zeal
-module(node_spawn_orphans).
-export([main/0, there/1, child/2]).

%% A process asks for another one with a link and exits before it is answered, busily: the other one hears the reason all the same.
main() -> cluster:run(?MODULE, 2).

there([Other]) ->
    Me = self(),
    Rows = [{Row, Row} || Row <- lists:seq(1, 3000)],
    Parents = [spawn_opt(fun() -> parent(Other, Me, Rows, Number) end, [{priority, high}, monitor]) || Number <- lists:seq(1, 400)],
    [receive {'DOWN', Monitor, process, Pid, Why} -> Why end || {Pid, Monitor} <- Parents],
    receive after 1000 -> ok end,
    Reasons = [Reason || Number <- lists:seq(1, 400), Reason <- reason(Number)],
    [lists:usort(Reasons)].

%% Who hears of it before it traps exits is gone and says nothing.
reason(Number) ->
    receive
        {traps, Number} -> [receive {child, Number, Reason} -> Reason after 10000 -> none end]
    after 20 -> []
    end.

parent(Other, Me, Rows, Number) ->
    ets:insert(ets:new(table, []), Rows),
    spawn_request(Other, ?MODULE, child, [Me, Number], [link, {priority, high}]),
    receive after Number rem 5 -> ok end,
    exit(kaboom).

child(Pid, Number) ->
    process_flag(trap_exit, true),
    Pid ! {traps, Number},
    receive {'EXIT', _, Reason} -> Pid ! {child, Number, Reason} end.
