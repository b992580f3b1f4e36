%% A mesh of nodes that talk to each other in all ways while they are killed and cut off; `../run` starts it.
%%
%% One node, the judge, is hidden: it starts the others as programs of the operating system, kills them, cuts connections, and hears what they
%% find wrong. The others work: each worker picks a node and an action, and knows what may come of it.
-module(mesh).
-export([judge/1, serve/0, work/2, rest/0, state/0, echo/1, stream/2, leaves/1, identity/1, resolve/1, copies/0, tables/1, prepare/2]).

-define(WORKERS, 3).
-define(PATIENCE, 60000).

%%% The judge: minutes, folder, commands that start a node each.

judge([Minutes, Folder | Commands]) ->
    register(judge, self()),
    Numbered = lists:zip(lists:seq(1, length(Commands)), Commands),
    Machines = [start(Number, Command, Folder) || {Number, Command} <- Numbered],
    Nodes = [Node || {Node, _, _, _} <- Machines],
    [say("~ts: OTP ~ts, ~ts", [Node, erpc:call(Node, erlang, system_info, [otp_release]), flavour(Node)]) || Node <- Nodes],
    [pong = erpc:call(A, net_adm, ping, [B]) || A <- Nodes, B <- Nodes, A < B],
    ok = create_tables(Nodes),
    [ok = erpc:call(Node, ?MODULE, work, [Nodes, Number]) || {Number, Node} <- numbered(Nodes)],
    End = erlang:monotonic_time(millisecond) + round(list_to_float_or_integer(Minutes) * 60000),
    Last = chaos(Machines, End, #{kills => 0, cuts => 0}),
    finish(Nodes, Last).

list_to_float_or_integer(Text) ->
    try list_to_float(Text) catch error:badarg -> list_to_integer(Text) end.

numbered(List) ->
    lists:zip(lists:seq(1, length(List)), List).

flavour(Node) ->
    case erpc:call(Node, erlang, system_info, [emu_flavor]) of
        jit -> "a real one";
        emu -> "Oxbeam, or a real one without native code"
    end.

say(Format, Arguments) ->
    io:format(Format ++ "~n", Arguments).

start(Number, Command, Folder) ->
    Node = list_to_atom("mesh" ++ integer_to_list(Number) ++ "@127.0.0.1"),
    {Node, run(Node, Number, Command, Folder), Number, {Command, Folder}}.

run(Node, Number, Command, Folder) ->
    Data = filename:join(Folder, "mnesia" ++ integer_to_list(Number)),
    Line = lists:flatten(io_lib:format(
        "exec ~ts -noshell -name ~ts -setcookie mesh -start_epmd false -pa ~ts -kernel logger_level error "
        "-mnesia dir '\"~ts\"' -run mesh serve", [Command, Node, Folder, Data])),
    Port = open_port({spawn_executable, "/bin/sh"}, [{args, ["-c", Line]}, {line, 1000}, exit_status, stderr_to_stdout, in]),
    ok = reachable(Node, erlang:monotonic_time(millisecond) + ?PATIENCE),
    Port.

reachable(Node, End) ->
    case net_adm:ping(Node) =:= pong andalso catch erpc:call(Node, erlang, whereis, [mesh_echo]) of
        Pid when is_pid(Pid) ->
            ok;
        _ ->
            case erlang:monotonic_time(millisecond) < End of
                true -> ok;
                false -> exit({unreachable, Node, [Line || {_, {data, {_, Line}}} <- element(2, process_info(self(), messages))]})
            end,
            timer:sleep(100),
            reachable(Node, End)
    end.

%% Cuts connections and kills nodes at random.
chaos(Machines, End, Counts) ->
    judge_hears(1000 + rand:uniform(4000)),
    case erlang:monotonic_time(millisecond) >= End of
        true ->
            Counts;
        false ->
            case rand:uniform(10) of
                N when N =< 7 ->
                    [A, B | _] = shuffled([Node || {Node, _, _, _} <- Machines]),
                    catch erpc:call(A, erlang, disconnect_node, [B], ?PATIENCE),
                    chaos(Machines, End, maps:update_with(cuts, fun(C) -> C + 1 end, Counts));
                _ ->
                    [{Node, Port, Number, {Command, Folder}} | Rest] = shuffled(Machines),
                    {os_pid, Pid} = erlang:port_info(Port, os_pid),
                    os:cmd("kill -KILL " ++ integer_to_list(Pid)),
                    receive {Port, {exit_status, _}} -> ok after ?PATIENCE -> wrong(judge, {lives, Node}) end,
                    judge_hears(rand:uniform(3000)),
                    New = run(Node, Number, Command, Folder),
                    Nodes = lists:sort([Node | [Other || {Other, _, _, _} <- Rest]]),
                    [catch erpc:call(Node, net_kernel, connect_node, [Other]) || Other <- Nodes, Other =/= Node],
                    ok = erpc:call(Node, mnesia, start, []),
                    ok = erpc:call(Node, ?MODULE, work, [Nodes, Number]),
                    chaos([{Node, New, Number, {Command, Folder}} | Rest], End, maps:update_with(kills, fun(C) -> C + 1 end, Counts))
            end
    end.

shuffled(List) ->
    [Element || {_, Element} <- lists:sort([{rand:uniform(), Element} || Element <- List])].

%% What the nodes say, for some milliseconds.
judge_hears(Time) ->
    judge_hears_until(erlang:monotonic_time(millisecond) + Time).

judge_hears_until(End) ->
    receive
        {wrong, Node, What} ->
            wrong(Node, What),
            judge_hears_until(End);
        {Port, {data, {_, Line}}} when is_port(Port) ->
            % What the logger of a node says about lost connections is no fault.
            file:write_file("mesh.log", [Line, "\n"], [append]),
            judge_hears_until(End);
        {Port, {exit_status, Status}} when is_port(Port) ->
            wrong(judge, {ended, Port, Status}),
            judge_hears_until(End)
    after max(0, End - erlang:monotonic_time(millisecond)) ->
        ok
    end.

wrong(Node, What) ->
    put(wrong, [{Node, What} | wrong()]),
    say("WRONG ~ts: ~tp", [Node, What]).

wrong() ->
    case get(wrong) of
        undefined -> [];
        List -> List
    end.

%% Quiet, then what all must agree about.
finish(Nodes, Counts) ->
    [ok = erpc:call(Node, ?MODULE, rest, [], 2 * ?PATIENCE) || Node <- Nodes],
    judge_hears(1000),
    connected(Nodes, erlang:monotonic_time(millisecond) + ?PATIENCE),
    [ok = erpc:call(Node, global, sync, [], ?PATIENCE) || Node <- Nodes],
    judge_hears(3000),
    States = [{Node, erpc:call(Node, ?MODULE, state, [])} || Node <- Nodes],
    same("names of global", [{Node, maps:get(global, State)} || {Node, State} <- States]),
    Scopes = lists:usort([maps:get(scope, State) || {_, State} <- States]),
    [same({"members of pg", Scope}, [{Node, maps:get(pg, State)} || {Node, #{scope := S} = State} <- States, S =:= Scope]) || Scope <- Scopes],
    [case maps:get(echo, State) of {0, 0} -> ok; Left -> wrong(Node, {echo_has, Left}) end || {Node, State} <- States],
    say("processes: ~w", [[maps:get(processes, State) || {_, State} <- States]]),
    Done = lists:foldl(fun add/2, #{}, [maps:get(done, State) || {_, State} <- States]),
    [wrong(judge, {never_done, Action}) || Action <- actions(), not maps:is_key(Action, Done)],
    ok = resolve_tables(Nodes),
    same("tables of mnesia", [{Node, erpc:call(Node, ?MODULE, copies, [], ?PATIENCE)} || Node <- Nodes]),
    say("done: ~0tp; ~0tp", [Done, Counts]),
    [erpc:cast(Node, erlang, halt, []) || Node <- Nodes],
    case wrong() of
        [] -> say("All was as it should be.", []), halt(0);
        Wrong -> say("~w things were wrong.", [length(Wrong)]), halt(1)
    end.

add(Map, Sum) ->
    maps:fold(fun(Key, Count, All) -> maps:update_with(Key, fun(C) -> C + Count end, Count, All) end, Sum, Map).

same(_, [_]) -> ok;
same(What, [{_, Same}, {Node, Same} | Rest]) -> same(What, [{Node, Same} | Rest]);
same(What, [{A, X}, {B, Y} | _]) -> wrong(judge, {What, {A, X}, {B, Y}}).

connected(Nodes, End) ->
    [[catch erpc:call(A, net_kernel, connect_node, [B]) || B <- Nodes, A =/= B] || A <- Nodes],
    Missing = [{A, Nodes -- [A | erpc:call(A, erlang, nodes, [])]} || A <- Nodes],
    case [Pair || {_, [_ | _]} = Pair <- Missing] of
        [] ->
            ok;
        Left ->
            case erlang:monotonic_time(millisecond) >= End of
                true -> wrong(judge, {not_connected, Left});
                false -> judge_hears(500), connected(Nodes, End)
            end
    end.

%% Copies of three kinds.
create_tables([First | _] = Nodes) ->
    ok = erpc:call(First, mnesia, create_schema, [Nodes]),
    [ok = erpc:call(Node, mnesia, start, []) || Node <- Nodes],
    {Some, Others} = lists:split(length(Nodes) div 2, Nodes),
    {atomic, ok} = erpc:call(First, mnesia, create_table, [mesh_disc, [{disc_copies, Nodes}]]),
    {atomic, ok} = erpc:call(First, mnesia, create_table, [mesh_mixed, [{disc_only_copies, Some}, {ram_copies, Others}]]),
    ok.

%% After a partition somebody has to say whose copy counts: that of the first node.
resolve_tables([First | Others] = Nodes) ->
    [stopped = erpc:call(Node, mnesia, stop, [], ?PATIENCE) || Node <- Nodes],
    [ok = erpc:call(Node, ?MODULE, resolve, [First], ?PATIENCE) || Node <- Nodes],
    ok = erpc:call(First, ?MODULE, tables, [?PATIENCE], ?PATIENCE),
    [ok = erpc:call(Node, ?MODULE, tables, [?PATIENCE], ?PATIENCE) || Node <- Others],
    ok.

resolve(First) ->
    ok = mnesia:start(),
    case node() of
        First -> mnesia:set_master_nodes([First]);
        _ ->
            mnesia:stop(),
            ok = mnesia:set_master_nodes([First]),
            mnesia:start()
    end.

tables(Time) ->
    case mnesia:wait_for_tables([mesh_disc, mesh_mixed], Time div 2) of
        {timeout, Tables} -> [yes = mnesia:force_load_table(Table) || Table <- Tables], ok;
        Result -> Result
    end.

copies() ->
    [lists:sort(mnesia:dirty_match_object({Table, '_', '_'})) || Table <- [mesh_disc, mesh_mixed]].

%%% A node.

serve() ->
    {ok, _} = pg:start(scope()),
    ets:new(mesh_done, [named_table, public, {write_concurrency, true}]),
    process_flag(trap_exit, true),
    register(mesh_echo, spawn_link(?MODULE, echo, [0])),
    Judge = monitor(process, {judge, 'judge@127.0.0.1'}),
    receive
        {'EXIT', _, Reason} -> exit(Reason);
        {'DOWN', Judge, process, _, _} -> halt(1)
    end.

%% The processes of pg of OTP 25 and of later releases do not understand each other.
scope() ->
    list_to_atom("mesh" ++ erlang:system_info(otp_release)).

echo(Count) ->
    receive
        {From, Reference, Term} -> From ! {Reference, Term}
    end,
    ?MODULE:echo(Count + 1).

state() ->
    Names = lists:sort(global:registered_names()),
    {message_queue_len, Waiting} = process_info(whereis(mesh_echo), message_queue_len),
    {monitored_by, Watchers} = process_info(whereis(mesh_echo), monitored_by),
    #{
        scope => scope(),
        global => [{Name, global:whereis_name(Name)} || Name <- Names],
        pg => [{Group, lists:sort(pg:get_members(scope(), Group))} || Group <- lists:sort(pg:which_groups(scope()))],
        echo => {Waiting, length(Watchers)},
        processes => erlang:system_info(process_count),
        done => maps:from_list(ets:tab2list(mesh_done))
    }.

work(Nodes, Number) ->
    Others = Nodes -- [node()],
    Names = [list_to_atom("mesh_worker" ++ integer_to_list(N)) || N <- lists:seq(1, ?WORKERS)],
    [spawn(?MODULE, prepare, [Name, {Others, {Number, Name}}]) || Name <- Names],
    ok.

%% Workers finish what they are at.
rest() ->
    Workers = [Pid || N <- lists:seq(1, ?WORKERS), Pid <- [whereis(list_to_atom("mesh_worker" ++ integer_to_list(N)))], is_pid(Pid)],
    Watched = [{monitor(process, Pid), Pid ! rest} || Pid <- Workers],
    [receive {'DOWN', Reference, process, _, normal} -> ok end || {Reference, _} <- Watched],
    ok.

prepare(Name, {Others, Key}) ->
    register(Name, self()),
    process_flag(trap_exit, true),
    Member = spawn_link(fun() -> receive rest -> ok end end),
    ok = pg:join(scope(), Name, Member),
    global:register_name({mesh, Key}, Member),
    put(member, Member),
    worker(Others, Key, 1).

actions() ->
    [terms, large, numbers, link, monitor, request, call, erpc, lock, disc, mixed].

worker(Others, Key, Count) ->
    receive
        rest -> ok
    after 0 ->
        Other = lists:nth(rand:uniform(length(Others)), Others),
        Action = lists:nth(rand:uniform(length(actions())), actions()),
        try act(Action, Other, {Key, Count}) of
            done -> ets:update_counter(mesh_done, Action, 1, {Action, 0});
            lost -> ok;
            Wrong -> tell({Action, Other, Wrong})
        catch
            Class:Reason:Stack -> tell({Action, Other, {Class, Reason, Stack}})
        end,
        case get(member) of
            Member ->
                receive
                    {'EXIT', Member, Why} ->
                        % Nobody else has its name.
                        tell({member, Why})
                after 0 -> ok
                end
        end,
        timer:sleep(rand:uniform(20)),
        worker(Others, Key, Count + 1)
    end.

tell(What) ->
    {judge, 'judge@127.0.0.1'} ! {wrong, node(), What}.

%% `done`, `lost` if the connection was, or what went wrong.
act(terms, Other, _) ->
    asked(Other, term(4));
act(large, Other, _) ->
    asked(Other, {binary:copy(<<(rand:uniform(256) - 1)>>, rand:uniform(1 bsl 20)), term(2)});
act(numbers, Other, _) ->
    % All come, in order, unless the connection is lost.
    Count = 300,
    {Pid, Reference} = spawn_monitor(Other, ?MODULE, stream, [self(), Count]),
    receive
        {ready, Pid} ->
            [Pid ! {number, N} || N <- lists:seq(1, Count)],
            case down(Reference, Pid) of
                all_came -> done;
                Why -> maybe_lost(Why)
            end;
        {'DOWN', Reference, process, Pid, Why} ->
            maybe_lost(Why)
    end;
act(link, Other, _) ->
    Reason = term(1),
    Pid = spawn_link(Other, ?MODULE, leaves, [Reason]),
    receive
        {'EXIT', Pid, Reason} -> done;
        {'EXIT', Pid, noconnection} -> lost;
        {'EXIT', Pid, Why} -> {link, Why, Reason}
    after ?PATIENCE -> no_exit
    end;
act(monitor, Other, _) ->
    Pid = spawn(Other, ?MODULE, leaves, [goes]),
    Reference = monitor(process, Pid),
    case down(Reference, Pid) of
        goes -> done;
        noproc -> done;
        Why -> maybe_lost(Why)
    end;
act(request, Other, _) ->
    Request = spawn_request(Other, ?MODULE, leaves, [goes], [monitor, {reply_tag, answered}]),
    receive
        {answered, Request, ok, Pid} ->
            case down(Request, Pid) of
                goes -> done;
                Why -> maybe_lost(Why)
            end;
        {answered, Request, error, noconnection} -> lost;
        {answered, Request, error, Why} -> {refused, Why}
    after ?PATIENCE -> no_answer
    end;
act(call, Other, _) ->
    Term = term(3),
    case rpc:call(Other, ?MODULE, identity, [Term], ?PATIENCE) of
        Term -> done;
        {badrpc, nodedown} -> lost;
        Wrong -> {answer, Wrong}
    end;
act(erpc, Other, _) ->
    Term = term(3),
    try erpc:call(Other, ?MODULE, identity, [Term], ?PATIENCE) of
        Term -> done;
        Wrong -> {answer, Wrong}
    catch
        error:{erpc, noconnection} -> lost
    end;
act(lock, _, _) ->
    Id = {{lock, rand:uniform(3)}, self()},
    case global:set_lock(Id, [node() | nodes()], 1) of
        true -> global:del_lock(Id), done;
        false -> lost
    end;
act(disc, _, KeyCount) ->
    written(mesh_disc, KeyCount);
act(mixed, _, KeyCount) ->
    written(mesh_mixed, KeyCount).

written(Table, {Key, Count}) ->
    case lists:keymember(mnesia, 1, application:which_applications()) andalso
        mnesia:transaction(fun() -> mnesia:read(Table, Key), mnesia:write({Table, Key, {Count, term(1)}}) end, 5)
    of
        {atomic, ok} -> done;
        % A table that is not there yet, or whose nodes have just gone.
        {aborted, _} -> lost;
        false -> lost
    end.

asked(Other, Term) ->
    Reference = monitor(process, {mesh_echo, Other}),
    {mesh_echo, Other} ! {self(), Reference, Term},
    receive
        {Reference, Term} -> demonitor(Reference, [flush]), done;
        {Reference, Wrong} -> demonitor(Reference, [flush]), {sent, Term, came, Wrong};
        {'DOWN', Reference, process, {mesh_echo, Other}, Why} ->
            case Why of
                % The node has just begun.
                noproc -> lost;
                _ -> maybe_lost(Why)
            end
    after ?PATIENCE -> {no_answer, Term}
    end.

maybe_lost(noconnection) -> lost;
maybe_lost(Why) -> {down, Why}.

down(Reference, Pid) ->
    receive
        {'DOWN', Reference, process, Pid, Why} -> Why
    after ?PATIENCE -> no_down
    end.

%% Numbers come from 1 to `Count`, or the sender is told lost before one is missing.
stream(From, Count) ->
    Reference = monitor(process, From),
    From ! {ready, self()},
    numbers(Reference, 1, Count).

numbers(_, N, Count) when N > Count ->
    exit(all_came);
numbers(Reference, N, Count) ->
    receive
        {number, N} -> numbers(Reference, N + 1, Count);
        {number, Wrong} -> tell({expected, N, came, Wrong}), exit({expected, N, came, Wrong});
        {'DOWN', Reference, process, _, _} -> exit(sender_lost)
    after ?PATIENCE ->
        tell({numbers, N, missing}),
        exit({missing, N})
    end.

leaves(Reason) ->
    exit(Reason).

identity(Term) ->
    Term.

%% Any term.
term(0) ->
    lists:nth(rand:uniform(4), [a, 1, [], <<>>]);
term(Depth) ->
    Deeper = fun() -> term(Depth - 1) end,
    Many = fun() -> [Deeper() || _ <- lists:seq(1, rand:uniform(6))] end,
    case rand:uniform(20) of
        1 -> rand:uniform(1000);
        2 -> -rand:uniform(1 bsl 59);
        3 -> (rand:uniform(1 bsl 30) bsl (32 * rand:uniform(20))) + 7;
        4 -> rand:normal() * 1.0e100;
        5 -> list_to_atom("atom_" ++ integer_to_list(rand:uniform(5000)));
        6 -> binary_to_atom(<<"\x{20ac}_"/utf8, (integer_to_binary(rand:uniform(100)))/binary>>, utf8);
        7 -> rand:bytes(rand:uniform(300));
        8 -> Size = rand:uniform(7), <<(rand:bytes(9))/binary, (rand:uniform(1 bsl Size) - 1):Size>>;
        9 -> list_to_tuple(Many());
        10 -> maps:from_list([{Deeper(), Deeper()} || _ <- lists:seq(1, rand:uniform(5))]);
        11 -> maps:from_list([{N, Deeper()} || N <- lists:seq(1, 30 + rand:uniform(30))]);
        12 -> [Deeper() | Deeper()];
        13 -> lists:seq(1, rand:uniform(500));
        14 -> self();
        15 -> make_ref();
        16 -> hd(erlang:ports());
        17 -> fun ?MODULE:identity/1;
        18 -> Value = Deeper(), fun() -> Value end;
        19 -> whereis(mesh_echo);
        20 -> Many()
    end.
