%% A ring of supervised processes passes tokens round while its members are killed at random. See README.md.
%%
%% A member hands a token on and keeps a copy until the one behind its successor has the token too; so each token is in the hands of
%% two neighbours at any time, and one death loses none. The survivor learns of a death by its monitor and of the successor's new life
%% by a message, and hands the copies over again; behind them a mark goes three members on, so that what was on its way is in the hands
%% of two again when the next victim is chosen. A signal that does not come stops the ring.
%% Member 0 is the bank: it is never killed, and sees each token come round exactly once in each lap.
-ifndef(PART_OF).
-module(ring).
-endif.
-export([start/1, run/3, init/1, start_member/3]).

%% start([Passes, Members, Tokens])
start(Arguments) ->
    [Passes, Members, Tokens] = [list_to_integer(A) || A <- Arguments],
    logger:set_primary_config(level, none),
    Begun = erlang:monotonic_time(millisecond),
    Memory = spawn_link(fun() -> watch_memory(Begun, []) end),
    {Kills, Result} = run(Passes, Members, Tokens),
    Seconds = (erlang:monotonic_time(millisecond) - Begun) / 1000,
    io:format("~b passes in ~.1f s, ~b members killed~n", [Passes, Seconds, Kills]),
    [io:format("  ~s: ~p~n", [Name, Value]) || {Name, Value} <- Result],
    Samples = stop(Memory),
    io:format("  resident MB, tenths of the run: ~w~n", [tenths(Samples)]),
    halt(case lists:all(fun({_, Value}) -> Value =:= 0 end, Result) of true -> 0; false -> 1 end).

%% The number of kills, and what went wrong: all zeros if nothing did.
run(Passes, Members, Tokens) ->
    Me = self(),
    Table = ets:new(?MODULE, [public, {read_concurrency, true}]),
    Watcher = spawn_link(fun() -> process_flag(trap_exit, true), watcher(Me, #{}) end),
    ets:insert(Table, [{watcher, Watcher}, {bank, Me}]),
    Killer = spawn_link(fun() -> killer(Table, Me, Watcher, Members) end),
    ets:insert(Table, {killer, Killer}),
    {ok, Supervisor} = supervisor:start_link(?MODULE, {Table, Members}),
    [receive {up, N, _} -> ok end || N <- lists:seq(1, Members - 1)],
    First = ets:lookup_element(Table, 1, 2),
    monitor(process, First),
    Killer ! go,
    Laps = Passes div Members,
    [First ! {token, Me, Id, 0} || Id <- lists:seq(1, Tokens)],
    Kills = bank(#{table => Table, next => First, killer => Killer, copies => maps:from_list([{Id, 0} || Id <- lists:seq(1, Tokens)])},
        maps:from_list([{Id, 0} || Id <- lists:seq(1, Tokens)]), Laps),
    Watcher ! {stop, Me},
    Watched = receive {watched, W} -> W after 60000 -> exit(watcher_hangs) end,
    #{active := Active} = maps:from_list(supervisor:count_children(Supervisor)),
    unlink(Supervisor),
    exit(Supervisor, shutdown),
    unlink(Watcher),
    exit(Watcher, kill),
    ets:delete(Table),
    {Kills, [{"members that are missing", Members - 1 - Active}, {"deaths nobody was told of", Kills - maps:get(downs, Watched)},
        {"exits that no link told of", Kills - maps:get(exits, Watched)},
        {"signals that came twice or say something else", maps:get(wrong, Watched)}]}.

%% ---- The bank: member 0. ----

%% The number of kills, when all laps are done.
bank(#{next := Next, table := Table, killer := Killer, copies := Copies} = State, Seen, Laps) ->
    receive
        {token, From, Id, Hop} ->
            From ! {got, Id, Hop},
            case Seen of
                #{Id := Last} when Hop > Last ->
                    Laps =:= 1 andalso (Killer ! {stop, self()}),
                    Next ! {token, self(), Id, Hop + 1},
                    bank(State#{copies := Copies#{Id => Hop + 1}}, Seen#{Id := Hop}, Laps - 1);
                %% Handed over again after a death; it has been here before.
                #{} -> bank(State, Seen, Laps)
            end;
        {got, _, _} -> bank(State, Seen, Laps);
        {done, Id, Hop} ->
            case Copies of
                #{Id := Hop} -> bank(State#{copies := maps:remove(Id, Copies)}, Seen, Laps);
                #{} -> bank(State, Seen, Laps)
            end;
        {'DOWN', _, process, Next, _} -> bank(again(State), Seen, Laps);
        {mark, Left, Victim} ->
            pass(Left, Victim, Next, Killer),
            bank(State, Seen, Laps);
        {kills, Kills} -> Kills
    after 60000 -> exit({ring_stands_still, Laps, Seen, Copies, ets:tab2list(Table)})
    end.

%% The successor has died: its new life gets what may have been lost with it.
again(#{copies := Copies, killer := Killer} = State) ->
    receive
        {up, 1, New} ->
            monitor(process, New),
            [New ! {token, self(), Id, Hop} || {Id, Hop} <- maps:to_list(Copies)],
            pass(3, 1, New, Killer),
            State#{next := New}
    after 60000 -> exit(successor_of_bank_stays_away)
    end.

%% ---- A member. ----

init({Table, Members}) ->
    Specs = [#{id => N, start => {?MODULE, start_member, [Table, N, Members]}} || N <- lists:seq(1, Members - 1)],
    {ok, {#{intensity => 1000000, period => 1}, Specs}}.

start_member(Table, N, Members) ->
    proc_lib:start_link(erlang, apply, [fun() -> member(Table, N, Members) end, []]).

member(Table, N, Members) ->
    [Watcher, Killer, Bank] = [ets:lookup_element(Table, Who, 2) || Who <- [watcher, killer, bank]],
    First = not ets:member(Table, N),
    ets:insert(Table, {N, self()}),
    Watcher ! {watch, self(), N, Killer},
    Successor = successor(Table, N, Members, Bank),
    is_pid(Successor) andalso monitor(process, Successor),
    Before = case N of 1 -> Bank; _ -> ets:lookup_element(Table, N - 1, 2) end,
    Before ! {up, N, self()},
    N > 1 andalso First andalso (Bank ! {up, N, self()}),
    proc_lib:init_ack({ok, self()}),
    loop(#{n => N, killer => Killer}, Successor, #{}).

%% At first there is none yet: it says so itself when it comes.
successor(_, N, Members, Bank) when N =:= Members - 1 -> Bank;
successor(Table, N, _, _) ->
    case ets:lookup(Table, N + 1) of
        [{_, Pid}] -> Pid;
        [] -> none
    end.

%% Copies: by token the hop, and who handed it over.
loop(#{n := N, killer := Killer} = State, Next, Copies) ->
    receive
        {token, From, Id, Hop} ->
            From ! {got, Id, Hop},
            case Copies of
                #{Id := {Known, _}} when Known > Hop -> loop(State, Next, Copies);
                #{} ->
                    Next ! {token, self(), Id, Hop + 1},
                    loop(State, Next, Copies#{Id => {Hop + 1, From}})
            end;
        {got, Id, Hop} ->
            case Copies of
                #{Id := {Hop, From}} -> From ! {done, Id, Hop - 1};
                #{} -> ok
            end,
            loop(State, Next, Copies);
        {done, Id, Hop} ->
            case Copies of
                #{Id := {Hop, _}} -> loop(State, Next, maps:remove(Id, Copies));
                #{} -> loop(State, Next, Copies)
            end;
        {up, Successor, New} when Successor =:= N + 1, Next =:= none ->
            monitor(process, New),
            loop(State, New, Copies);
        {'DOWN', _, process, Next, _} ->
            receive
                {up, Successor, New} when Successor =:= N + 1 ->
                    monitor(process, New),
                    [New ! {token, self(), Id, Hop} || {Id, {Hop, _}} <- maps:to_list(Copies)],
                    pass(3, N + 1, New, Killer),
                    loop(State, New, Copies)
            end;
        {mark, Left, Victim} ->
            pass(Left, Victim, Next, Killer),
            loop(State, Next, Copies);
        {crash, Reason} -> error(Reason)
    end.

%% Where the mark ends, all that was handed over before it has arrived.
pass(0, Victim, _, Killer) -> Killer ! {settled, Victim};
pass(Left, Victim, Next, _) -> Next ! {mark, Left - 1, Victim}.

%% ---- Who kills. ----

killer(Table, Main, Watcher, Members) ->
    receive go -> ok end,
    [receive {watched, N} -> ok end || N <- lists:seq(1, Members - 1)],
    killer(Table, Main, Watcher, Members, rand:seed_s(exsss, 1), 0).

killer(Table, Main, Watcher, Members, Random0, Kills) ->
    receive
        {stop, To} -> To ! {kills, Kills}
    after 0 ->
        {Victim, Random1} = rand:uniform_s(Members - 1, Random0),
        {How, Random} = rand:uniform_s(3, Random1),
        Pid = ets:lookup_element(Table, Victim, 2),
        Monitor = monitor(process, Pid),
        Wanted =
            case How of
                1 -> exit(Pid, kill), killed;
                2 -> exit(Pid, {gone, Kills}), {gone, Kills};
                3 -> Pid ! {crash, Kills}, Kills
            end,
        Reason = receive {'DOWN', Monitor, process, Pid, R} -> R after 60000 -> exit({no_down, Pid, process_info(Pid)}) end,
        case Reason of
            Wanted -> ok;
            {Wanted, [_ | _]} when How =:= 3 -> ok;
            _ -> exit({died_otherwise, Wanted, Reason})
        end,
        Watcher ! {died, Pid, Reason},
        [receive {Done, Victim} -> ok after 60000 -> exit({missing, Done, Victim, ets:lookup(Table, Victim)}) end || Done <- [settled, watched]],
        killer(Table, Main, Watcher, Members, Random, Kills + 1)
    end.

%% ---- Who watches all members, by links and by monitors. ----

watcher(Main, Members) -> watcher(Main, Members, #{downs => 0, exits => 0, wrong => 0}, none).

watcher(Main, Members, Counts, Stop) ->
    #{downs := Downs, exits := Exits, wrong := Wrong} = Counts,
    receive
        {watch, Pid, N, Killer} ->
            link(Pid),
            Monitor = monitor(process, Pid),
            Killer ! {watched, N},
            watcher(Main, Members#{Pid => {Monitor, waits, waits, unknown}}, Counts, Stop);
        {died, Pid, Reason} ->
            {Monitor, Down, Exit, unknown} = maps:get(Pid, Members),
            watched(Main, Members, Pid, {Monitor, Down, Exit, {is, Reason}}, Counts, Stop);
        {'DOWN', Monitor, process, Pid, Reason} ->
            case Members of
                #{Pid := {Monitor, waits, Exit, Is}} ->
                    watched(Main, Members, Pid, {Monitor, {is, Reason}, Exit, Is}, Counts#{downs := Downs + 1}, Stop);
                #{} -> watcher(Main, Members, Counts#{wrong := Wrong + 1}, Stop)
            end;
        {'EXIT', Pid, Reason} when Pid =/= Main ->
            case Members of
                #{Pid := {Monitor, Down, waits, Is}} ->
                    watched(Main, Members, Pid, {Monitor, Down, {is, Reason}, Is}, Counts#{exits := Exits + 1}, Stop);
                #{} -> watcher(Main, Members, Counts#{wrong := Wrong + 1}, Stop)
            end;
        {stop, To} -> watcher(Main, Members, Counts, To)
    after if Stop =:= none -> infinity; true -> 200 end ->
        Stop ! {watched, Counts},
        receive never -> ok end
    end.

%% One who has died is forgotten when all that was to come has come, and says the same.
watched(Main, Members, Pid, {_, Same, Same, Same}, Counts, Stop) -> watcher(Main, maps:remove(Pid, Members), Counts, Stop);
watched(Main, Members, Pid, {_, {is, _}, {is, _}, {is, _}}, #{wrong := Wrong} = Counts, Stop) ->
    watcher(Main, maps:remove(Pid, Members), Counts#{wrong := Wrong + 1}, Stop);
watched(Main, Members, Pid, Member, Counts, Stop) -> watcher(Main, Members#{Pid := Member}, Counts, Stop).

%% ---- Memory. ----

watch_memory(Begun, Samples) ->
    receive
        {stop, To} -> To ! {samples, lists:reverse(Samples)}
    after 500 -> watch_memory(Begun, [resident() | Samples])
    end.

stop(Memory) ->
    Memory ! {stop, self()},
    receive {samples, Samples} -> Samples end.

%% Megabytes of the machine's memory that are resident.
resident() ->
    {ok, Status} = file:read_file("/proc/self/status"),
    {match, [Kilobytes]} = re:run(Status, "VmRSS:\\s+(\\d+)", [{capture, all_but_first, list}]),
    list_to_integer(Kilobytes) div 1024.

tenths([]) -> [];
tenths(Samples) ->
    All = list_to_tuple(Samples),
    [element(max(1, tuple_size(All) * N div 10), All) || N <- lists:seq(1, 10)].
