%% timeout: 120
-module(node_takeover).
-export([main/0, there/1, start/2, start_phase/3, stop/1, top/0]).
-behaviour(application).

%% A distributed application goes on elsewhere when its node is lost, and back when that has come again.
main() ->
    cluster:run(?MODULE, 4, fun([Watcher | Nodes], Node) ->
        case Node of
            Watcher -> apart();
            _ -> args(Nodes)
        end
    end).

apart() -> ["-kernel", "prevent_overlapping_partitions", "false", "-kernel", "logger_level", "none"].

%% The first node is preferred, the others come after it.
args([A, B, C]) ->
    Text = fun(Term) -> lists:flatten(io_lib:format("~0p", [Term])) end,
    apart() ++ ["-kernel", "distributed", Text([{moving, 200, [A, {B, C}]}]), "-kernel", "sync_nodes_optional", Text([A, B, C]), "-kernel", "sync_nodes_timeout", "5000"].

there([A, B, C] = Nodes) ->
    [pong = net_adm:ping(Node) || Node <- Nodes],
    Name = fun(Node) -> element(2, lists:keyfind(Node, 1, [{A, a}, {B, b}, {C, c}, {none, none}])) end,
    Tell = fun(What) -> [{What, where, Name(where(Nodes))}, {What, how, how(Name)}] end,
    register(watcher, self()),
    Starters = [spawn_monitor(fun() -> ok = start_on(Node) end) || Node <- Nodes],
    [receive {'DOWN', Ref, process, Pid, Why} -> normal = Why end || {Pid, Ref} <- Starters],
    First = Tell(started),
    erpc:cast(A, erlang, halt, []),
    gone(A),
    until(fun() -> lists:member(where([B, C]), [B, C]) end),
    Second = Tell(lost),
    Other = where([B, C]),
    {ok, Peer, A} = peer:start(#{
        name => hd(string:split(atom_to_list(A), "@")),
        connection => standard_io,
        args => ["-setcookie", "cluster", "-start_epmd", "false", "-pa", filename:dirname(code:which(?MODULE)) | args(Nodes)]
    }),
    [pong = net_adm:ping(Node) || Node <- Nodes],
    ok = start_on(A),
    until(fun() -> where(Nodes) =:= A end),
    Third = Tell(back),
    ok = erpc:call(Other, application, takeover, [moving, permanent]),
    Fourth = Tell(taken),
    peer:stop(Peer),
    First ++ Second ++ Third ++ Fourth.

start_on(Node) ->
    {module, ?MODULE} = erpc:call(Node, code, ensure_loaded, [?MODULE]),
    ok = erpc:call(Node, application, load, [
        {application, moving, [
            {description, ""}, {vsn, "1"}, {modules, []}, {registered, []}, {applications, [kernel, stdlib]},
            {mod, {?MODULE, []}}, {start_phases, [{go, here}]}
        ]}
    ]),
    erpc:call(Node, application, start, [moving, permanent]).

%% The node where it runs.
where(Nodes) ->
    Runs = fun(Node) ->
        try
            lists:keymember(moving, 1, erpc:call(Node, application, which_applications, []))
                andalso is_pid(erpc:call(Node, erlang, whereis, [moving_top]))
        catch
            error:_ -> false
        end
    end,
    case [Node || Node <- Nodes, Runs(Node)] of
        [Node] -> Node;
        [] -> none;
        [_, _ | _] -> several
    end.

%% How it was started since this was asked last.
how(Name) ->
    receive
        {moving, What, Type} ->
            [{What, case Type of {Kind, Node} -> {Kind, Name(Node)}; _ -> Type end} | how(Name)]
    after 200 -> []
    end.

gone(Node) -> until(fun() -> net_adm:ping(Node) =:= pang end).

until(Is) ->
    case Is() of
        true -> ok;
        false -> timer:sleep(20), until(Is)
    end.

start(Type, []) ->
    tell(start, Type),
    Pid = spawn_link(?MODULE, top, []),
    register(moving_top, Pid),
    {ok, Pid}.

start_phase(go, Type, here) -> tell(phase, Type).

stop(_) -> ok.

tell(What, Type) ->
    [{watcher, Node} ! {moving, What, Type} || Node <- nodes()],
    ok.

top() ->
    process_flag(trap_exit, true),
    receive {'EXIT', _, _} -> ok end.
