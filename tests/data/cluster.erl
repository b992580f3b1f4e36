%% Nodes for test programs. The program itself is not alive: its nodes are peers that it talks to by their standard input and output, with a
%% port mapper of their own, so that programs that run at the same time don't meet.
%%
%% CLUSTER_ERL names commands, divided by semicolons, that start an erl each: the second node and those behind it run on them in turn.
-module(cluster).
-export([run/2, run/3, with/4, kill/1, again/1]).

%% run(Module, Count): calls Module:there(Others) on the first of Count nodes, where Others are the names of the others, and prints each
%% element of the list that it returns.
run(Module, Count) -> run(Module, Count, []).

%% The nodes get these arguments too: a list, or what a function of all names and the node's own gives. They start at the same time.
run(Module, Count, Args) ->
    nodes(Module, Count, Args, #{}, fun([#{pid := First} | Others]) ->
        Names = [Name || #{node := Name} <- Others],
        [t:p(Result) || Result <- peer:call(First, Module, there, [Names], 60000)]
    end).

%% with(Module, Count, Args, Fun): what Fun of the nodes does. Each is a map of its name (node), the peer's process (pid), and what `again` wants.
%% Nobody sees what they print.
with(Module, Count, Args, Fun) -> nodes(Module, Count, Args, #{leader => spawn_link(fun nobody/0)}, Fun).

nobody() ->
    receive {io_request, From, As, _} -> From ! {io_reply, As, ok} end,
    nobody().

nodes(Module, Count, Args, Common, Fun) ->
    {Mapper, Port} = port_mapper(20),
    try
        {ok, Host} = inet:gethostname(),
        Short = [peer:random_name() || _ <- lists:seq(1, Count)],
        Names = [list_to_atom(Name ++ "@" ++ Host) || Name <- Short],
        Commands = commands(Count),
        Nodes = [
            Common#{node => Node, name => Name, module => Module, port => Port, args => args(Args, Names, Node), command => Command}
         || {Name, Node, Command} <- lists:zip3(Short, Names, Commands)
        ],
        Starting = [start(Node) || Node <- Nodes],
        Peers = [started(Node, Pid) || {Node, Pid} <- lists:zip(Nodes, Starting)],
        Fun(Peers),
        [catch peer:stop(Pid) || #{pid := Pid} <- Peers],
        ok
    after
        stop(Mapper)
    end.

args(Args, Names, Name) when is_function(Args) -> Args(Names, Name);
args(Args, _, _) -> Args.

%% The first node is the machine's own.
commands(Count) ->
    case string:lexemes(os:getenv("CLUSTER_ERL", ""), ";") of
        [] -> lists:duplicate(Count, none);
        Texts -> [none | lists:sublist(lists:append(lists:duplicate(Count, [string:lexemes(Text, " ") || Text <- Texts])), Count - 1)]
    end.

start(#{name := Name, port := Port, args := Args, command := Command} = Node) ->
    Me = self(),
    Leader = group_leader(),
    group_leader(maps:get(leader, Node, Leader), Me),
    Options = #{
        name => Name,
        connection => standard_io,
        wait_boot => {Me, x},
        env => [{"ERL_EPMD_PORT", integer_to_list(Port)}],
        args => ["-setcookie", "cluster", "-start_epmd", "false"] ++ Args
    },
    {ok, Pid} = peer:start_link(
        case Command of
            none -> Options;
            [Program | First] -> Options#{exec => {os:find_executable(Program), First}}
        end
    ),
    group_leader(Leader, Me),
    Pid.

started(#{node := Name, module := Module} = Node, Pid) ->
    receive {x, {started, Name, Pid}} -> ok after 60000 -> exit(no_peer) end,
    [load(Pid, M) || M <- [t, Module]],
    Node#{pid => Pid}.

%% The node ends without any notice.
kill(#{pid := Pid}) ->
    Number = peer:call(Pid, os, getpid, []),
    unlink(Pid),
    Ref = monitor(process, Pid),
    os:cmd("kill -KILL " ++ Number),
    receive {'DOWN', Ref, process, Pid, _} -> ok end.

%% A node that has ended starts again.
again(Node) -> started(Node, start(Node)).

load(Pid, Module) ->
    {Module, Code, File} = code:get_object_code(Module),
    {module, Module} = peer:call(Pid, code, load_binary, [Module, File, Code]).

port_mapper(Tries) ->
    {ok, Socket} = gen_tcp:listen(0, [{ip, {127, 0, 0, 1}}]),
    {ok, Number} = inet:port(Socket),
    ok = gen_tcp:close(Socket),
    case first_that_runs(mappers(), Number) of
        none when Tries > 0 -> port_mapper(Tries - 1);
        none -> exit(no_port_mapper);
        Mapper -> {Mapper, Number}
    end.

%% That of a release may lack the libraries that it wants; any other serves as well.
mappers() ->
    Path = string:split(os:getenv("PATH"), ":", all),
    Installed = filelib:wildcard(filename:join([code:root_dir(), "erts-*", "bin", "epmd"])),
    Found = [File || Folder <- Path, File <- [filename:join(Folder, "epmd")], filelib:is_regular(File)],
    Found ++ Installed.

first_that_runs([], _) -> none;
first_that_runs([File | Files], Number) ->
    Arguments = ["-port", integer_to_list(Number)],
    Mapper = open_port({spawn_executable, File}, [{args, Arguments}, exit_status, stderr_to_stdout]),
    case answers(Mapper, Number, 500) of
        true -> Mapper;
        false -> stop(Mapper), first_that_runs(Files, Number)
    end.

answers(_, _, 0) -> false;
answers(Mapper, Number, Tries) ->
    receive
        {Mapper, {exit_status, _}} -> false
    after 0 ->
        case gen_tcp:connect({127, 0, 0, 1}, Number, []) of
            {ok, Socket} -> gen_tcp:close(Socket), true;
            {error, _} -> timer:sleep(20), answers(Mapper, Number, Tries - 1)
        end
    end.

stop(Mapper) ->
    case erlang:port_info(Mapper, os_pid) of
        {os_pid, Pid} -> os:cmd("kill " ++ integer_to_list(Pid));
        undefined -> ok
    end,
    catch port_close(Mapper).
