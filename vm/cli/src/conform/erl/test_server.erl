%% What OTP's suites call of common_test's module of this name.
-module(test_server).
-export([fail/0, fail/1, fault/1, comment/1, format/1, format/2, sleep/1, adjusted_sleep/1, break/1]).
-export([timetrap/1, timetrap_cancel/0, timetrap_cancel/1, get_timetrap_info/0, timetrap_scale_factor/0]).
-export([hours/1, minutes/1, seconds/1, lookup_config/2, permit_io/2, make_priv_dir/0]).
-export([messages_get/0, capture_start/0, capture_stop/0, capture_get/0, temp_name/1]).
-export([timecall/3, do_times/2, do_times/4, m_out_of_n/3, call_crash/3]).
-export([is_cover/0, is_debug/0, is_valgrind/0, is_asan/0, memory_checker/0, is_commercial/0, os_type/0]).
-export([is_release_available/1, find_release/1, app_test/1, app_test/2, appup_test/1]).
-export([start_node/3, stop_node/1, wait_for_node/1, run_on_shielded_node/2]).
-export([start_peer/2, start_peer/3, start_peer/4, start_peer/5, peer_name/2]).

fail() -> ct:fail(suite_failed).
fail(Reason) -> ct:fail(Reason).
fault(Reason) -> ct:fail(Reason).
comment(_) -> ok.
format(Format) -> ct:pal(Format).
format(Format, Arguments) -> ct:pal(Format, Arguments).
sleep(Time) -> ct:sleep(Time).
adjusted_sleep(Time) -> ct:sleep(Time).
break(_) -> ok.

timetrap(Time) -> ct:timetrap(Time).
timetrap_cancel() -> ct:timetrap(infinity).
timetrap_cancel(_) -> ct:timetrap(infinity).
get_timetrap_info() -> ct:get_timetrap_info().
timetrap_scale_factor() -> 1.
hours(Number) -> round(Number * 3600000).
minutes(Number) -> round(Number * 60000).
seconds(Number) -> round(Number * 1000).

lookup_config(Key, Config) -> proplists:get_value(Key, Config).
permit_io(_, _) -> ok.
make_priv_dir() -> ok.

messages_get() ->
    receive
        Message -> [Message | messages_get()]
    after 0 -> []
    end.

capture_start() -> ct:capture_start().
capture_stop() -> ct:capture_stop().
capture_get() -> ct:capture_get().

temp_name(Stem) ->
    Name = lists:concat([Stem, erlang:unique_integer([positive]), "-", os:getpid()]),
    case filelib:is_file(Name) of
        true -> temp_name(Stem);
        false -> Name
    end.

%% {Seconds, Value}
timecall(Module, Function, Arguments) ->
    {Microseconds, Value} = timer:tc(Module, Function, Arguments),
    {Microseconds / 1000000, Value}.

do_times(0, _) -> ok;
do_times(Times, Work) ->
    Work(),
    do_times(Times - 1, Work).
do_times(Times, Module, Function, Arguments) ->
    do_times(Times, fun() -> apply(Module, Function, Arguments) end).

%% Succeeds when `Work' has returned `Enough' times in at most `Tries'.
m_out_of_n(0, _, _) -> ok;
m_out_of_n(Enough, Tries, _) when Tries < Enough -> exit(m_out_of_n_failed);
m_out_of_n(Enough, Tries, Work) ->
    case catch Work() of
        {'EXIT', _} -> m_out_of_n(Enough, Tries - 1, Work);
        _ -> m_out_of_n(Enough - 1, Tries - 1, Work)
    end.

call_crash(Module, Function, Arguments) ->
    {_, Monitor} = spawn_monitor(Module, Function, Arguments),
    receive
        {'DOWN', Monitor, _, _, normal} -> exit(call_does_not_crash);
        {'DOWN', Monitor, _, _, _} -> ok
    end.

is_cover() -> false.
is_debug() -> false.
is_valgrind() -> false.
is_asan() -> false.
memory_checker() -> none.
is_commercial() -> false.
os_type() -> os:type().
is_release_available(_) -> false.
find_release(_) -> not_available.
app_test(_) -> exit({skip, "this runner does not look at applications"}).
app_test(Application, _) -> app_test(Application).
appup_test(Application) -> app_test(Application).

%% Other nodes, with the code that this one has.

peer_name(Module, Case) ->
    lists:concat([Module, "-", Case, "-", erlang:unique_integer([positive]), "-", os:getpid()]).

start_peer(Options, Module) -> start_peer(Options, Module, "peer").
start_peer(Arguments, Module, Case) when is_list(Arguments) -> start_peer(#{args => Arguments}, Module, Case);
start_peer(Options, Module, Case) ->
    Named = maps:merge(#{name => peer_name(Module, Case)}, Options),
    Given = maps:get(args, Named, []),
    Cookie = case lists:member("-setcookie", Given) of true -> []; false -> cookie() end,
    Paths = ["-pa", directory(Module), "-pa", directory(?MODULE)],
    peer:start_link(Named#{args => Cookie ++ Paths ++ Given}).
start_peer(_, _, _, _) -> not_available.
start_peer(_, _, _, _, _) -> not_available.

directory(Module) -> filename:dirname(code:which(Module)).

cookie() ->
    case erlang:get_cookie() of
        nocookie -> [];
        Cookie -> ["-setcookie", atom_to_list(Cookie)]
    end.

%% A node that ends with this one (slave), or not (peer).
start_node(Name, Kind, Options) ->
    Arguments = proplists:get_value(args, Options, "") ++ " -pa " ++ directory(?MODULE),
    [_, Host] = string:split(atom_to_list(node()), "@"),
    case Kind of
        slave ->
            slave:start(Host, Name, Arguments);
        peer ->
            Flag = case net_kernel:longnames() of true -> " -name "; _ -> " -sname " end,
            Command = lists:concat([
                program(), " -detached -noinput", Flag, Name, " -setcookie ", erlang:get_cookie(), " ", Arguments
            ]),
            os:cmd(Command),
            Node = list_to_atom(lists:concat([Name, "@", Host])),
            case proplists:get_value(wait, Options, true) of
                true -> await(Node, 150);
                false -> {ok, Node}
            end
    end.

program() -> os:getenv("CONFORM_ERL", "erl").

await(_, 0) -> {error, timeout};
await(Node, Tries) ->
    case net_adm:ping(Node) of
        pong ->
            {ok, Node};
        pang ->
            ct:sleep(100),
            await(Node, Tries - 1)
    end.

wait_for_node(Node) ->
    case await(Node, 150) of
        {ok, _} -> ok;
        Error -> Error
    end.

stop_node(Node) ->
    monitor_node(Node, true),
    rpc:cast(Node, init, stop, []),
    down(Node, 10000) orelse begin
        rpc:cast(Node, erlang, halt, []),
        down(Node, 5000)
    end.

down(Node, Time) ->
    receive
        {nodedown, Node} -> true
    after Time -> false
    end.

run_on_shielded_node(Work, Arguments) ->
    Name = lists:concat(["shielded", erlang:unique_integer([positive])]),
    {ok, Node} = start_node(Name, slave, [{args, "-hidden " ++ Arguments}]),
    try rpc:call(Node, erlang, apply, [Work, []]) of
        {badrpc, Reason} -> exit(Reason);
        Value -> Value
    after
        stop_node(Node)
    end.
