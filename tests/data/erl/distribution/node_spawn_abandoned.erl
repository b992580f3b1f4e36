%% not: zeal
-module(node_spawn_abandoned).
-export([main/0, there/1, child/2]).

%% A process asks for another one with a link, abandons the request, and exits before the answer or does not: the other one hears that it was abandoned.
main() -> cluster:run(?MODULE, 2).

there([Other]) -> [{How, parents(Other, How)} || How <- [exits, stays]].

parents(Other, How) ->
    Me = self(),
    Parents = [spawn(fun() -> parent(Other, Me, How) end) || _ <- lists:seq(1, 50)],
    Abandoned = [Number || _ <- Parents, Number <- [receive {parent, Number, Whether} when Whether -> Number; {parent, _, false} -> none end], Number =/= none],
    Reasons = [Reason || Number <- Abandoned, Reason <- reason(Number)],
    [exit(Pid, kill) || Pid <- Parents],
    lists:usort(Reasons).

%% Who hears of it before it traps exits is gone and says nothing.
reason(Number) ->
    receive
        {traps, Number} -> [receive {child, Number, Reason} -> Reason after 5000 -> none end]
    after 1000 -> []
    end.

parent(Other, Me, How) ->
    Number = erlang:unique_integer(),
    Request = spawn_request(Other, ?MODULE, child, [Me, Number], [link]),
    Me ! {parent, Number, spawn_request_abandon(Request)},
    [receive after infinity -> ok end || How =:= stays].

child(Pid, Number) ->
    process_flag(trap_exit, true),
    Pid ! {traps, Number},
    receive {'EXIT', _, Reason} -> Pid ! {child, Number, Reason} end.
