-module(node_references).
-export([main/0, there/1, idle/0]).

%% Who refers to terms of a node is counted, and a node that nobody has terms of is forgotten.
main() -> cluster:run(?MODULE, 2, ["-kernel", "logger_level", "error"]).

there([Other]) ->
    erts_debug:set_internal_state(available_internal_state, true),
    erts_debug:set_internal_state(node_tab_delayed_delete, 0),
    Gone = {'gone@nowhere', 7},
    Before = [{before, of_node(Gone)}, {known, lists:member('gone@nowhere', nodes(known))}],
    Table = ets:new(refers, [public]),
    Holder = spawn(fun() -> holder() end),
    [Pid, Port, Ref] = [element(N, terms(Gone)) || N <- [1, 2, 3]],
    Held = [
        {on_heaps, held(Holder, fun() -> put(terms, terms(Gone)), ok end, process, heap, Gone)},
        {in_table, held(Holder, fun() -> ets:insert(Table, [{a, Pid}, {b, Port}, {c, Ref, Ref}]), erase(terms), ok end, ets, ets, Gone)},
        {fewer, held(Holder, fun() -> ets:delete(Table, c), ok end, ets, ets, Gone)},
        {timer, held(Holder, fun() -> put(timer, erlang:start_timer(100000, self(), terms(Gone))), ok end, process, timer, Gone)},
        {canceled, held(Holder, fun() -> erlang:cancel_timer(erase(timer)), ok end, process, timer, Gone)},
        {specification, held(Holder, fun() -> put(more, ets:select(Table, [{{'$1', Pid}, [], ['$1']}, {{'$1', Port}, [], ['$1']}], 1)), ok end, match_spec, binary, Gone)}
    ],
    Known = lists:member('gone@nowhere', nodes(known)),
    exit(Holder, kill),
    ets:delete(Table),
    Far = spawn(Other, ?MODULE, idle, []),
    Node = {Other, rpc:call(Other, erlang, system_info, [creation])},
    Here = spawn(fun() -> link(Far), monitor(process, Far), idle() end),
    Far ! {watch, Here},
    until(fun() -> count(process, Here, monitor, Node) end, 3),
    Relations = [{links, count(process, Here, link, Node)}, {monitors, count(process, Here, monitor, Node)}],
    {_, Controller} = lists:keyfind(Other, 1, erlang:system_info(dist_ctrl)),
    {_, {dist_references, Connections}} = erts_debug:get_internal_state(node_and_dist_references),
    {Other, _, Holders} = lists:keyfind(Other, 1, Connections),
    Control = proplists:get_value({port, Controller}, Holders),
    Before ++ Held ++ [{known, Known}] ++ Relations ++ [{control, Control}].

%% The terms of this function's caller are gone when the next one looks.
held(Holder, Do, Type, Kind, Node) ->
    Holder ! {self(), Do},
    receive {Holder, ok} -> ok end,
    garbage_collect(Holder),
    Id = case Type of process -> Holder; _ -> '_' end,
    count(Type, Id, Kind, Node).

holder() ->
    receive
        {From, Do} -> Do(), From ! {self(), ok}, holder()
    end.

idle() ->
    receive
        {watch, Pid} -> monitor(process, Pid), idle()
    end.

until(Get, Wanted) ->
    case Get() of
        Wanted -> ok;
        _ -> timer:sleep(5), until(Get, Wanted)
    end.

count(Type, Id, Kind, Node) ->
    lists:sum([N || {{T, I}, Counts} <- of_node(Node), T =:= Type, Id =:= '_' orelse I =:= Id, {K, N} <- Counts, K =:= Kind]).

of_node(Node) ->
    {{node_references, Nodes}, _} = erts_debug:get_internal_state(node_and_dist_references),
    case lists:keyfind(Node, 1, Nodes) of
        {Node, _, Holders} -> Holders;
        false -> []
    end.

terms({Name, Creation}) ->
    Text = atom_to_binary(Name),
    Atom = <<119, (byte_size(Text)), Text/binary>>,
    list_to_tuple([binary_to_term(<<131, Bytes/binary>>) || Bytes <- [
        <<88, Atom/binary, 4711:32, 0:32, Creation:32>>,
        <<89, Atom/binary, 4711:32, Creation:32>>,
        <<90, 3:16, Atom/binary, Creation:32, 1:32, 2:32, 3:32>>
    ]]).
