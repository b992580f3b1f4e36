%% timeout: 90
-module(node_turns).
-export([main/0, there/1, collects/2, queue/1]).

%% What is sent during one turn: all of it comes, in order, also if the sender exits; large and small mixed.
%% A process that another node has started has nothing in its queue.
main() -> cluster:run(?MODULE, 2).

there([Other]) ->
    Me = self(),
    % Nothing but what was sent is in a new process's queue.
    spawn(Other, ?MODULE, queue, [Me]),
    Queue1 = receive {queue, Q1} -> Q1 after 20000 -> lost end,
    spawn(Other, fun() -> queue(Me) end),
    Queue2 = receive {queue, Q2} -> Q2 after 20000 -> lost end,
    P = spawn(Other, ?MODULE, queue, [Me]),
    P ! one, P ! two,
    Queue3 = receive {queue, Q3} -> Q3 after 20000 -> lost end,
    % A burst of small ones.
    Many = collected(Other, [{number, N} || N <- lists:seq(1, 5000)]),
    % Between them binaries of all sizes around those of fragments and buffers.
    Sizes = [0, 1, 63, 64, 65, 1400, 1460, 4000, 4096, 8192, 32700, 32768, 65000, 65400, 65500, 65536, 65600, 66000, 131072, 200000, 1 bsl 20, (1 bsl 20) + 1],
    Mixed = collected(Other, [case N rem 3 of 0 -> {number, N}; _ -> binary:copy(<<N>>, Size) end || {N, Size} <- lists:zip(lists:seq(1, length(Sizes)), Sizes)]),
    % From several processes at once.
    Workers = [spawn_monitor(fun() -> exit(collected(Other, [{N, M} || M <- lists:seq(1, 300)])) end) || N <- lists:seq(1, 10)],
    Each = [receive {'DOWN', R, process, W, Why} -> Why after 20000 -> lost end || {W, R} <- Workers],
    % The sender exits in the same turn.
    Last = spawn(Other, ?MODULE, collects, [Me, 3]),
    spawn(fun() -> [Last ! N || N <- [1, 2, 3]], exit(gone) end),
    Exited = receive {all, Last, All} -> All after 20000 -> lost end,
    % An exit signal comes behind the messages.
    {Victim, VR} = spawn_monitor(Other, ?MODULE, collects, [Me, 1000000]),
    [Victim ! N || N <- lists:seq(1, 100)],
    exit(Victim, {behind, messages}),
    Behind = receive {'DOWN', VR, process, Victim, B} -> B after 20000 -> lost end,
    [{queues, Queue1, Queue2, Queue3}, {many, Many}, {mixed, Mixed}, {each, lists:usort(Each)}, {exited, Exited}, {behind, Behind}].

%% Sends all; do they come as they were?
collected(Other, Messages) ->
    Pid = spawn(Other, ?MODULE, collects, [self(), length(Messages)]),
    [Pid ! Message || Message <- Messages],
    receive {all, Pid, All} -> All =:= Messages after 30000 -> lost end.

collects(To, Count) ->
    To ! {all, self(), [receive Message -> Message end || _ <- lists:seq(1, Count)]}.

queue(To) ->
    To ! {queue, all()}.

all() ->
    receive Message -> [Message | all()] after 500 -> [] end.
