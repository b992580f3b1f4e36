%% Nodes for test programs. The program itself is not alive: its nodes are peers that it talks to by their standard input and output, with a
%% port mapper of their own, so that programs that run at the same time don't meet.
-module(cluster).
-export([run/2, run/3]).

%% run(Module, Count): calls Module:there(Others) on the first of Count nodes, where Others are the names of the others, and prints each
%% element of the list that it returns.
run(Module, Count) -> run(Module, Count, []).

%% The nodes get these arguments too: a list, or what a function of all names and the node's own gives. They start at the same time.
run(Module, Count, Args) ->
    {Mapper, Port} = port_mapper(20),
    try
        {ok, Host} = inet:gethostname(),
        Short = [peer:random_name() || _ <- lists:seq(1, Count)],
        Names = [list_to_atom(Name ++ "@" ++ Host) || Name <- Short],
        Starting = [start(Name, Port, args(Args, Names, Node)) || {Name, Node} <- lists:zip(Short, Names)],
        Peers = [receive {x, {started, Name, Pid}} -> {Pid, Name} after 60000 -> exit(no_peer) end || Pid <- Starting],
        [First | _] = Pids = [Pid || {Pid, _} <- Peers],
        [load(Pid, M) || Pid <- Pids, M <- [t, Module]],
        Others = [Name || {_, Name} <- tl(Peers)],
        [t:p(Result) || Result <- peer:call(First, Module, there, [Others], 60000)],
        [catch peer:stop(Pid) || Pid <- Pids],
        ok
    after
        stop(Mapper)
    end.

args(Args, Names, Name) when is_function(Args) -> Args(Names, Name);
args(Args, _, _) -> Args.

start(Name, Port, Args) ->
    Me = self(),
    {ok, Pid} = peer:start_link(#{
        name => Name,
        connection => standard_io,
        wait_boot => {Me, x},
        env => [{"ERL_EPMD_PORT", integer_to_list(Port)}],
        args => ["-setcookie", "cluster", "-start_epmd", "false"] ++ Args
    }),
    Pid.

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
