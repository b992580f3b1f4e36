%% since: 29
%% What comes as a priority message and what does not, how long there may be any, and what a receive in progress looks at.
-module(priority_sources).
-export([main/0]).

main() ->
    process_flag(trap_exit, true),
    t:p(exits, exits()),
    t:p(links, links()),
    t:p(monitors, monitors()),
    t:p(aliases, aliases()),
    t:p(order, order()),
    t:p(between, lists:usort([between() || _ <- lists:seq(1, 50)])),
    t:p(remembered, remembered()).

some() -> {priority_messages, Some} = process_info(self(), priority_messages), Some.

all() -> receive {'EXIT', _, Why} -> [{exit, Why} | all()]; M -> [M | all()] after 200 -> [] end.

%% Only through an alias.
exits() ->
    Self = self(),
    Alias = alias([priority]),
    {_, Ref} = spawn_monitor(fun() ->
        Self ! m1,
        exit(Self, pid, [priority]), exit(Alias, alias, [priority]), exit(Alias, plain),
        erlang:send(Self, to_pid, [priority]), erlang:send(Alias, to_alias, [priority]),
        Self ! m2
    end),
    receive {'DOWN', Ref, _, _, _} -> ok end,
    unalias(Alias),
    all().

links() ->
    Pid = waiting(),
    Plain = {some(), link(Pid, [priority]), some(), link(Pid), some(), link(Pid, [priority]), some(), link(Pid, []), some()},
    Unlinked = {link(Pid, [priority]), some(), unlink(Pid), some()},
    link(Pid, [priority]),
    self() ! before,
    exit(Pid, ended),
    receive {'EXIT', Pid, ended} -> ok end,
    Ended = some(),
    receive before -> ok end,
    Other = spawn_opt(fun() -> receive stop -> ok end end, [{link, [priority]}]),
    Spawned = some(),
    self() ! before,
    Other ! stop,
    wait_for(Other),
    {Plain, Unlinked, Ended, Spawned, all(), some()}.

monitors() ->
    Pid = waiting(),
    M1 = monitor(process, Pid, [priority]),
    First = some(),
    demonitor(M1),
    Second = some(),
    M2 = monitor(process, Pid, [priority]),
    self() ! before,
    exit(Pid, ended),
    wait_for(Pid),
    erlang:yield(),
    Came = [case M of {'DOWN', M2, _, _, Why} -> {down, Why}; _ -> M end || M <- all()],
    Third = some(),
    M3 = monitor(process, Pid, [priority]),
    receive {'DOWN', M3, _, _, noproc} -> ok end,
    {First, Second, Third, Came, some()}.

aliases() ->
    A1 = alias([priority]),
    S1 = some(),
    unalias(A1),
    S2 = some(),
    A2 = alias([reply, priority]),
    S3 = some(),
    A2 ! reply,
    receive reply -> ok end,
    {S1, S2, S3, some(), catch alias([priority, other])}.

%% In the order in which they come, before all others.
order() ->
    Alias = alias([priority]),
    Self = self(),
    {_, Ref} = spawn_monitor(fun() -> [erlang:send(Where, M, [priority]) || {Where, M} <- [{Self, a}, {Alias, b}, {Self, c}, {Alias, d}, {Alias, e}]] end),
    receive {'DOWN', Ref, _, _, _} -> ok end,
    First = receive M when M =:= d; M =:= c -> M end,
    {messages, Rest} = process_info(self(), messages),
    unalias(Alias),
    {First, Rest, all()}.

%% The answer comes while a receive waits that looks for another message, behind a marker.
between() ->
    Alias = alias([priority]),
    [self() ! {old, N} || N <- lists:seq(1, 20)],
    Echo = spawn(fun() -> receive {Ref, To} -> erlang:send(To, {Ref, answer}, [priority]) end end),
    self() ! dummy,
    Ref = monitor(process, Echo, [priority]),
    Echo ! {Ref, Alias},
    receive dummy -> ok end,
    Answer = receive {Ref, A} -> A; {'DOWN', Ref, _, _, Why} -> Why end,
    demonitor(Ref, [flush]),
    Left = [N || {old, N} <- all_now()],
    unalias(Alias),
    {Answer, length(Left), Left =:= lists:sort(Left)}.

all_now() -> receive M -> [M | all_now()] after 0 -> [] end.

%% A receive that has looked at some goes on behind them when it has looked at what has come first.
remembered() ->
    Alias = alias([priority]),
    Self = self(),
    [self() ! {old, N} || N <- lists:seq(1, 5)],
    spawn(fun() ->
        [begin timer:sleep(20), erlang:send(Alias, {prio, N}, [priority]), Self ! {new, N} end || N <- lists:seq(1, 5)]
    end),
    New = receive {new, 3} -> third end,
    Prio = receive {prio, 3} -> third end,
    Last = receive {new, 5} -> fifth end,
    unalias(Alias),
    {New, Prio, Last, all()}.

waiting() -> spawn(fun() -> receive after infinity -> ok end end).

wait_for(Pid) ->
    case is_process_alive(Pid) of
        true -> wait_for(Pid);
        false -> ok
    end.
