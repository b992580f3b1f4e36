%% timeout: 60
-module(node_spawned_mailbox).
-export([main/0, there/1, told/1, wait/0]).

%% A process that another node has started has no message but those that were sent to it.
main() -> cluster:run(?MODULE, 2).

there([Other]) ->
    Me = self(),
    First = fun(P) -> receive {P, What} -> What after 20000 -> lost end end,
    P1 = spawn(Other, fun() -> told(Me) end),
    P2 = spawn(Other, ?MODULE, told, [Me]),
    {P3, _} = spawn_monitor(Other, ?MODULE, told, [Me]),
    P4 = spawn_link(Other, ?MODULE, told, [Me]),
    _ = spawn_request(Other, ?MODULE, told, [Me], [{reply_tag, tag}]),
    P5 = receive {tag, _, ok, P} -> P after 20000 -> lost end,
    P6 = spawn(Other, ?MODULE, wait, []),
    M6 = monitor(process, P6),
    P6 ! {exit_with, first},
    D6 = receive {'DOWN', M6, _, _, Why} -> Why after 20000 -> lost end,
    [{messages, [First(P) || P <- [P1, P2, P3, P4, P5]]}, {first, D6}].

told(To) -> To ! {self(), process_info(self(), messages)}.

wait() -> receive Any -> exit(Any) end.
