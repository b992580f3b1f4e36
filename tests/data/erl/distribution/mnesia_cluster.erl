%% timeout: 240
-module(mnesia_cluster).
-export([main/0, watch/1, tells/0, put/3, inner/0, swap/2, hold/1, wants/1, lines/0, waits/1]).

%% Three nodes share tables of all kinds while one is killed and comes back, a connection is cut, and all end and start again. What is in the tables,
%% and what Mnesia tells on each node, is printed.
main() ->
    cluster:with(?MODULE, 3, fun args/2, fun(Nodes) ->
        try
            created(Nodes),
            Again = back(killed(Nodes)),
            cut(Again),
            stopped(Again),
            all_killed(Again)
        after
            [file:del_dir_r(folder(Name)) || #{node := Name} <- Nodes]
        end
    end).

%% Connections are made when this program says so, and nobody else's cut touches them.
args(_, Node) ->
    ["-kernel", "prevent_overlapping_partitions", "false", "-kernel", "dist_auto_connect", "never", "-kernel", "logger_level", "none",
     "-mnesia", "dir", "\"" ++ folder(Node) ++ "\""].

folder(Node) -> filename:join(element(2, file:get_cwd()), "mnesia_" ++ atom_to_list(Node)).

tables() -> [bag, disc, mixed, only, ram].

created([A, B, C] = All) ->
    [NameA, NameB, NameC] = Names = names(All),
    [file:del_dir_r(folder(Name)) || Name <- Names],
    connect(All),
    t:p(schema, call(A, mnesia, create_schema, [Names])),
    t:p(schema_again, element(1, call(B, mnesia, create_schema, [Names]))),
    t:p(start, [start(Node, Names) || Node <- All]),
    Create = fun(Table, Options) -> t:p({create, Table}, named(Names, call(A, mnesia, create_table, [Table, Options]))) end,
    Create(ram, [{ram_copies, Names}]),
    Create(disc, [{disc_copies, Names}, {attributes, [key, value, other]}, {index, [value]}]),
    Create(only, [{disc_only_copies, Names}]),
    Create(mixed, [{ram_copies, [NameA]}, {disc_copies, [NameB]}, {disc_only_copies, [NameC]}]),
    Create(bag, [{type, bag}, {disc_copies, [NameB, NameC]}, {load_order, 5}]),
    Create(ram, []),
    Create(odd, [{no_such_option, 1}]),
    t:p(wait, [wait(Node) || Node <- All]),
    kinds(All),
    [t:p(write, put_on(Node, N, first)) || {N, Node} <- lists:zip([1, 2, 3], All)],
    t:p(index, call(C, mnesia, dirty_index_read, [disc, first, value])),
    t:p(inner, call(B, ?MODULE, inner, [])),
    t:p(abort, call(B, mnesia, transaction, [fun mnesia:abort/1, [because]])),
    t:p(no_table, call(B, mnesia, transaction, [fun mnesia:read/1, [{none, 1}]])),
    t:p(bad_record, call(B, mnesia, transaction, [fun mnesia:write/1, [{disc, too, few}]])),
    t:p(deadlock, [Result || {swapped, Result} <- parallel([fun() -> {swapped, call(Node, ?MODULE, swap, [One, Other])} end || {Node, One, Other} <- [{A, 1, 2}, {B, 2, 1}]])]),
    t:p(sync, [call(A, mnesia, Kind, [fun mnesia:dirty_update_counter/3, [ram, {Kind, counter}, 2]]) || Kind <- [sync_dirty, sync_transaction]]),
    t:p(delete, call(A, mnesia, del_table_copy, [bag, NameC])),
    t:p(add, call(A, mnesia, add_table_copy, [bag, NameA, ram_copies])),
    t:p(change, call(B, mnesia, change_table_copy_type, [bag, NameA, disc_only_copies])),
    t:p(move, call(B, mnesia, move_table_copy, [bag, NameB, NameC])),
    t:p(add_index, call(A, mnesia, add_table_index, [ram, val])),
    t:p(access, [call(A, mnesia, change_table_access_mode, [bag, Mode]) || Mode <- [read_only, read_write]]),
    kinds(All),
    contents(All),
    told(All).

%% A node goes while it holds a lock that another one waits for.
killed([A, B, C] = All) ->
    [_, _, NameC] = Names = names(All),
    held = call(C, ?MODULE, hold, [{ram, 3}]),
    waits = call(A, ?MODULE, wants, [{ram, 3}]),
    cluster:kill(C),
    t:p(after_kill, call(A, ?MODULE, waits, [1])),
    Rest = [A, B],
    [until(fun() -> {length(running(Node)), heard(mnesia_down, Node)} =:= {2, 1} end) || Node <- Rest],
    t:p(running, [running(Node, Names) || Node <- Rest]),
    t:p(writers, [lists:sort(named(Names, call(A, mnesia, table_info, [Table, where_to_write]))) || Table <- tables()]),
    [t:p(write, put_on(Node, N, without)) || {N, Node} <- [{4, A}, {2, B}]],
    t:p(delete, call(B, mnesia, sync_dirty, [fun mnesia:delete/1, [{disc, 1}]])),
    t:p(create, named(Names, call(A, mnesia, create_table, [late, [{ram_copies, Names}]]))),
    t:p(drop_index, named(Names, call(A, mnesia, del_table_index, [ram, val]))),
    t:p(last_copy, named(Names, call(B, mnesia, dirty_read, [bag, 1]))),
    t:p(lose, named(Names, call(A, mnesia, del_table_copy, [ram, NameC]))),
    contents(Rest),
    told(Rest),
    All.

%% It comes back and has from the others what it missed.
back([A, B, C]) ->
    All = [A, B, cluster:again(C)],
    [_, _, Last] = All,
    Names = names(All),
    connect(All),
    t:p(start, start(Last, Names)),
    t:p(wait, wait(Last)),
    t:p(loaded, loaded(Last)),
    settled(All),
    contents(All),
    told(All),
    All.

%% Both sides go on alone, and meet again.
cut([A, B, C] = All) ->
    [NameA, NameB, NameC] = Names = names(All),
    [true = call(A, erlang, disconnect_node, [Name]) || Name <- [NameB, NameC]],
    until(fun() -> [{length(running(Node)), heard(mnesia_down, Node)} || Node <- All] =:= [{1, 2}, {2, 1}, {2, 1}] end),
    told(All),
    t:p(write, [put_on(Node, 1, Side) || {Node, Side} <- [{A, left}, {B, right}]]),
    connect(All),
    until(fun() -> [heard(inconsistent_database, Node) || Node <- All] =:= [2, 1, 1] end),
    told(All),
    t:p(running, [running(Node, Names) || Node <- All]),
    t:p(sides, [call(Node, mnesia, dirty_read, [disc, 1]) || Node <- All]),
    t:p(stop, call(A, mnesia, stop, [])),
    t:p(master, call(A, mnesia, set_master_nodes, [[NameB, NameC]])),
    t:p(start, start(A, Names)),
    t:p(wait, wait(A)),
    t:p(master, call(A, mnesia, set_master_nodes, [[]])),
    t:p(loaded, loaded(A)),
    settled(All),
    t:p(write, put_on(C, 5, agreed)),
    contents(All),
    told(All),
    true = NameA =/= NameB.

%% The one that stops last knows most; the others wait for it.
stopped([A, B, C] = All) ->
    Names = names(All),
    stop_in_turn(All),
    t:p(start, start(A, Names)),
    t:p(alone, call(A, mnesia, wait_for_tables, [tables(), 500])),
    t:p(start, start(B, Names)),
    t:p(two, call(B, mnesia, wait_for_tables, [tables(), 500])),
    t:p(start, start(C, Names)),
    t:p(three, [wait(Node) || Node <- All]),
    settled(All),
    contents(All),
    told(All),
    stop_in_turn(All),
    t:p(start, start(A, Names)),
    t:p(forced, [call(A, mnesia, force_load_table, [Table]) || Table <- tables()]),
    contents([A]),
    t:p(start, [start(Node, Names) || Node <- [B, C]]),
    t:p(wait, [wait(Node) || Node <- All]),
    settled(All),
    contents(All),
    told(All).

stop_in_turn(All) ->
    [begin t:p(write, put_on(Node, N, {last, N})), t:p(stop, call(Node, mnesia, stop, [])) end || {N, Node} <- lists:zip([6, 7, 8], All)],
    ok.

%% What was in the log is there.
all_killed(All) ->
    Names = names(All),
    t:p(write, put_on(hd(All), 9, end_of_all)),
    [ok = call(Node, mnesia, sync_log, []) || Node <- All],
    [cluster:kill(Node) || Node <- All],
    Again = [cluster:again(Node) || Node <- All],
    connect(Again),
    t:p(start, [start(Node, Names) || Node <- Again]),
    t:p(wait, [wait(Node) || Node <- Again]),
    settled(Again),
    contents(Again),
    told(Again),
    [peer:stop(Pid) || #{pid := Pid} <- Again],
    ok.

%%% What is done and asked from here.

call(#{pid := Pid}, M, F, As) -> peer:call(Pid, M, F, As, 60000).

names(All) -> [Name || #{node := Name} <- All].

connect([A | Rest]) ->
    [true = call(A, net_kernel, connect_node, [Name]) || #{node := Name} <- Rest],
    connect(Rest);
connect([]) ->
    ok.

start(Node, Names) ->
    Result = call(Node, mnesia, start, []),
    watching = call(Node, ?MODULE, watch, [lists:zip(Names, [a, b, c])]),
    Result.

wait(Node) -> call(Node, mnesia, wait_for_tables, [tables(), 20000]).

running(Node) -> call(Node, mnesia, system_info, [running_db_nodes]).

running(Node, Names) -> lists:sort(named(Names, running(Node))).

%% All know who has a copy that counts.
settled(All) ->
    Holders = fun(Node, Table) -> lists:append([call(Node, mnesia, table_info, [Table, Kind]) || Kind <- [ram_copies, disc_copies, disc_only_copies]]) end,
    Knows = fun(Node, Table) -> lists:sort(call(Node, mnesia, table_info, [Table, where_to_write])) =:= lists:sort(Holders(Node, Table)) end,
    until(fun() -> lists:all(fun(Node) -> lists:all(fun(Table) -> Knows(Node, Table) end, tables()) end, All) end).

put_on(Node, Key, Value) -> call(Node, ?MODULE, put, [disc, Key, Value]).

%% From which of several others is left to chance.
loaded(Node) -> [case call(Node, mnesia, table_info, [Table, load_reason]) of {Why, _} -> Why; Why -> Why end || Table <- tables()].

kinds(All) ->
    [t:p({kind, Table}, [call(Node, mnesia, table_info, [Table, storage_type]) || Node <- All]) || Table <- tables()].

%% What was written is in all copies soon.
contents(All) -> contents(All, 250).

contents(All, Tries) ->
    Lines = [call(Node, ?MODULE, lines, []) || Node <- All],
    case lists:usort(Lines) of
        [Same] -> [t:p({all, Table}, Line) || {Table, Line} <- Same];
        _ when Tries > 0 -> timer:sleep(20), contents(All, Tries - 1);
        _ -> [t:p({N, Table}, Line) || {N, Node} <- lists:zip(lists:seq(1, length(Lines)), Lines), {Table, Line} <- Node]
    end.

%% What each node has been told since this was asked last.
told(All) ->
    [t:p({told, N}, call(Node, ?MODULE, waits, [told])) || {N, Node} <- lists:zip(lists:seq(1, length(All)), All)].

heard(What, Node) -> length([Event || Event <- call(Node, ?MODULE, tells, []), element(1, Event) =:= What]).

named(Names, Term) ->
    Letters = lists:zip(Names, lists:sublist([a, b, c], length(Names))),
    replace(Term, Letters).

replace(Atom, Letters) when is_atom(Atom) -> proplists:get_value(Atom, Letters, Atom);
replace([Head | Tail], Letters) -> [replace(Head, Letters) | replace(Tail, Letters)];
replace(Tuple, Letters) when is_tuple(Tuple) -> list_to_tuple(replace(tuple_to_list(Tuple), Letters));
replace(Term, _) -> Term.

parallel(Funs) ->
    Me = self(),
    Pids = [spawn_link(fun() -> Me ! {self(), Fun()} end) || Fun <- Funs],
    [receive {Pid, Result} -> Result end || Pid <- Pids].

until(Is) -> until(Is, 1000).

until(Is, 0) -> exit({never, Is});
until(Is, Left) ->
    case Is() of
        true -> ok;
        false -> timer:sleep(20), until(Is, Left - 1)
    end.

%%% What is done on the nodes.

%% Hears what Mnesia says.
watch(Letters) ->
    Me = self(),
    Pid = spawn(fun() ->
        case whereis(watcher) of
            undefined -> ok;
            Old -> unregister(watcher), exit(Old, kill)
        end,
        register(watcher, self()),
        {ok, _} = mnesia:subscribe(system),
        Before = [Node || Node <- nodes(), rpc:call(Node, mnesia, system_info, [is_running]) =:= yes],
        Me ! {self(), watching},
        hear(Letters, Before, [])
    end),
    receive {Pid, watching} -> watching end.

%% It may be too late to hear of those that were there before.
hear(Letters, Before, Told) ->
    receive
        {mnesia_system_event, {mnesia_overload, _}} ->
            hear(Letters, Before, Told);
        {mnesia_system_event, {mnesia_up, Node} = Event} ->
            case lists:member(Node, Before) of
                true -> hear(Letters, Before -- [Node], Told);
                false -> hear(Letters, Before, [replace(Event, Letters) | Told])
            end;
        {mnesia_system_event, {mnesia_down, Node} = Event} ->
            hear(Letters, Before -- [Node], [replace(Event, Letters) | Told]);
        {mnesia_system_event, Event} ->
            hear(Letters, Before, [replace(Event, Letters) | Told]);
        {all, Pid} ->
            Pid ! {self(), Told},
            hear(Letters, Before, Told);
        {forget, Pid} ->
            Pid ! {self(), Told},
            hear(Letters, Before, [])
    end.

tells() -> asked(all).

asked(What) ->
    Pid = whereis(watcher),
    Pid ! {What, self()},
    receive {Pid, Told} -> Told end.

%% Of two nodes that go, either may be noticed first.
waits(told) -> lists:sort(asked(forget));
waits(_) ->
    {waiter, Pid} = {waiter, whereis(waiter)},
    Pid ! {result, self()},
    receive {Pid, Result} -> Result after 10000 -> nothing end.

%% One more of everything, in one transaction.
put(disc, Key, Value) ->
    mnesia:sync_transaction(fun() ->
        [mnesia:write(case Table of disc -> {disc, Key, Value, node_independent}; _ -> {Table, Key, Value} end) || Table <- tables()],
        mnesia:write({bag, Key, also}),
        length(mnesia:all_keys(disc))
    end).

inner() ->
    mnesia:sync_transaction(fun() ->
        mnesia:write({ram, 10, outer}),
        Inner = mnesia:transaction(fun() -> mnesia:write({ram, 10, inner}), mnesia:abort(no) end),
        Kept = mnesia:transaction(fun() -> mnesia:write({ram, 11, kept}) end),
        {Inner, Kept, mnesia:read(ram, 10), mnesia:read(ram, 11), mnesia:is_transaction()}
    end).

%% The same two locks, in the order of the arguments.
swap(One, Other) ->
    mnesia:sync_transaction(fun() ->
        [{ram, One, First}] = mnesia:read(ram, One, write),
        timer:sleep(200),
        [{ram, Other, Second}] = mnesia:read(ram, Other, write),
        mnesia:write({ram, One, Second}),
        mnesia:write({ram, Other, First})
    end).

hold({Table, Key}) ->
    Me = self(),
    spawn(fun() ->
        mnesia:transaction(fun() ->
            mnesia:write({Table, Key, held}),
            Me ! held,
            receive never -> ok end
        end)
    end),
    receive held -> held end.

wants({Table, Key}) ->
    Me = self(),
    spawn(fun() ->
        register(waiter, self()),
        Me ! waits,
        Result = mnesia:sync_transaction(fun() -> mnesia:write({Table, Key, got}) end),
        receive {result, Pid} -> Pid ! {self(), Result} end
    end),
    receive waits -> timer:sleep(300), waits end.

lines() ->
    [{Table, case catch mnesia:dirty_match_object(mnesia:table_info(Table, wild_pattern)) of
        Records when is_list(Records) -> lists:sort([tl(tuple_to_list(Record)) || Record <- Records]);
        {'EXIT', {aborted, Why}} -> Why;
        {'EXIT', _} -> no_table
    end} || Table <- tables()].
