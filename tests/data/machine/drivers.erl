%% Uses drivers in C (drivers.c): one whose ports have a lock each, one whose ports share one.
-module(drivers).
-export([main/0]).

p(Term) -> io:format("~0p~n", [Term]).

x(Fun) ->
    try Fun() of Value -> p(Value)
    catch Class:Reason -> p({Class, Reason})
    end.

%% Messages that come, the port's own name left out, until nothing comes for a while.
messages(Port, Patience) ->
    receive Message -> [neutral(Port, Message) | messages(Port, Patience)]
    after Patience -> []
    end.

neutral(Port, Port) -> port;
neutral(_, Pid) when is_pid(Pid) -> pid;
neutral(_, Port) when is_port(Port) -> other_port;
neutral(_, Ref) when is_reference(Ref) -> ref;
neutral(Port, Tuple) when is_tuple(Tuple) -> list_to_tuple(neutral(Port, tuple_to_list(Tuple)));
neutral(Port, [Head | Tail]) -> [neutral(Port, Head) | neutral(Port, Tail)];
neutral(_, Binary) when is_binary(Binary), byte_size(Binary) > 20 -> {bytes, erlang:phash2(Binary)};
neutral(_, Term) -> Term.

%% What has come already, or does at once.
told(Port) ->
    catch port_control(Port, $Z, ""),
    p(messages(Port, 10)).

%% What comes later, so many messages: a driver does it by and by.
later(Port, Count) ->
    Messages = [receive Message -> neutral(Port, Message) after 10000 -> nothing end || _ <- lists:seq(1, Count)],
    p(lists:sort(Messages ++ messages(Port, 10))).

main() ->
    process_flag(trap_exit, true),
    ok = logger:remove_handler(default),
    loading(),
    lists:foreach(fun uses/1, [drivers, single]),
    permanent(),
    halt().

load(Driver) -> erl_ddll:try_load(".", Driver, []).

loading() ->
    p(erl_ddll:try_load(".", no_such_driver, [])),
    {error, Reason} = erl_ddll:try_load("./nowhere", drivers, []),
    p(erl_ddll:format_error(Reason)),
    {ok, Before} = erl_ddll:loaded_drivers(),
    p(load("drivers")),
    p(load(drivers)),
    p(erl_ddll:try_load("./nowhere", drivers, [])),
    p(erl_ddll:try_load(".", drivers, [{driver_options, [kill_ports]}])),
    {ok, After} = erl_ddll:loaded_drivers(),
    p(After -- Before),
    p([{Item, neutral(none, Value)} || {Item, Value} <- erl_ddll:info(drivers)]),
    p(lists:member(drivers, erlang:system_info(taints))),
    Port = open_port({spawn_driver, "drivers"}, []),
    p(erl_ddll:info(drivers, port_count)),
    p(neutral(none, erl_ddll:try_unload(drivers, [{monitor, pending}]))),
    p(neutral(none, erl_ddll:try_unload(drivers, [{monitor, pending_driver}]))),
    p(erl_ddll:info(drivers, processes)),
    p(os:getenv("FINISHED")),
    port_close(Port),
    later(Port, 5),
    p(os:getenv("FINISHED")),
    p(erl_ddll:try_unload(drivers, [])),
    x(fun() -> erl_ddll:info(drivers, processes) end),
    x(fun() -> open_port({spawn_driver, "drivers"}, []) end),
    x(fun() -> erl_ddll:try_load(".", drivers, [{monitor, nothing}]) end),
    %% By a process that exits.
    {Loader, Monitor} = spawn_monitor(fun() ->
        p(erl_ddll:try_load(".", drivers, [{driver_options, [kill_ports]}])),
        receive stop -> ok end
    end),
    wait(fun() -> lists:member("drivers", element(2, erl_ddll:loaded_drivers())) end),
    Killed = open_port({spawn_driver, "drivers"}, []),
    p(erl_ddll:try_unload(drivers, [])),
    p(neutral(none, erl_ddll:monitor(driver, {drivers, unloaded}))),
    Loader ! stop,
    receive {'DOWN', Monitor, process, Loader, _} -> ok end,
    later(Killed, 4),
    %% Loaded anew.
    p(erl_ddll:try_load(".", drivers, [])),
    Holding = open_port({spawn_driver, "drivers"}, []),
    p(neutral(none, erl_ddll:try_load(".", drivers, [{reload, pending_driver}, {monitor, pending_driver}]))),
    p(erl_ddll:try_load(".", drivers, [{reload, pending}])),
    p(neutral(none, erl_ddll:try_load(".", drivers, []))),
    port_close(Holding),
    later(Holding, 5),
    p(erl_ddll:info(drivers, driver_options)),
    p(erl_ddll:try_unload(drivers, [])),
    p(erl_ddll:try_unload(drivers, [])),
    wait(fun() -> not lists:member("drivers", element(2, erl_ddll:loaded_drivers())) end).

wait(Until) ->
    case Until() of
        true -> ok;
        false -> timer:sleep(5), wait(Until)
    end.

uses(Driver) ->
    Name = atom_to_list(Driver),
    p({uses, Driver, load(Driver)}),
    [x(fun() -> open_port({spawn, Name ++ How}, []) end) || How <- [" general", " badarg", " errno"]],
    Port = open_port({spawn, Name ++ " and more"}, []),
    p([erlang:port_info(Port, Item) || Item <- [name, locking, queue_size, monitors]]),
    Do = fun(What, Data) -> port_control(Port, What, Data) end,
    p(Do($c, "")),
    Other = self(),
    spawn(fun() -> Other ! {other, Do($c, "")} end),
    later(Port, 1),
    data(Port, Do, Name),
    p(Do($e, "")),
    told(Port),
    p(Do($s, "")),
    p(Do($h, "")),
    told(Port),
    p(Do($l, "")),
    p(Do($q, "abc")),
    [p(length(Do($q, lists:duplicate(Length, $x)))) || Length <- [1, 60]],
    x(fun() -> Do($Z, "") end),
    x(fun() -> Do(1 bsl 32, "") end),
    calls(Port),
    %% Time, descriptors, jobs.
    p(Do($t, "50\0")),
    later(Port, 1),
    p(Do($t, "100000\0")),
    p(Do($T, "")),
    p(Do($p, "one")),
    later(Port, 1),
    Closed = os:getenv("CLOSED"),
    p(Do($p, "two.")),
    later(Port, 1),
    p(os:getenv("CLOSED") =/= Closed),
    Do($w, ""),
    later(Port, 1),
    p([Do($j, Number) || Number <- ["1\0", "2\0", "3\0"]]),
    later(Port, 3),
    monitors(Port, Do),
    ends(Driver, Name),
    busy(Driver, Port, Do),
    [another(Port, Do) || Driver =:= drivers],
    %% Bytes that wait when the port is closed.
    Flushed = os:getenv("FLUSHED"),
    Stopped = os:getenv("STOPPED"),
    Do($Q, "some"),
    p(erlang:port_info(Port, queue_size)),
    port_close(Port),
    told(Port),
    wait(fun() -> os:getenv("STOPPED") =/= Stopped end),
    p(os:getenv("FLUSHED") =/= Flushed),
    p(erl_ddll:try_unload(Driver, [])),
    wait(fun() -> os:getenv("FINISHED") =:= Name end).

data(Port, Do, Name) ->
    Modes = case Name of
        "drivers" -> "0123";
        _ -> "012"
    end,
    Send = fun(To, Control) ->
        [begin
            Control($m, [Mode]),
            To ! {self(), {command, ["da", <<"ta">>, $\n, "more"]}},
            port_command(To, lists:duplicate(200, $.))
         end || Mode <- Modes]
    end,
    Send(Port, Do),
    told(Port),
    [begin
        Binary = open_port({spawn, Name}, Options),
        Send(Binary, fun(What, Data) -> port_control(Binary, What, Data) end),
        told(Binary),
        p(port_control(Binary, $c, "")),
        port_close(Binary),
        told(Binary)
     end || Options <- [[binary], [{line, 6}], [{line, 6}, binary]]],
    Port ! {self(), {command, not_data}},
    x(fun() -> port_command(Port, [bad]) end),
    Do($m, "0"),
    Port ! {self(), {command, ""}},
    told(Port).

calls(Port) ->
    [x(fun() -> erlang:port_call(Port, Operation, Term) end)
     || Operation <- [0, 1, 2], Term <- [ok, {a, [tuple], 1.5}, lists:seq(1, 300)]],
    x(fun() -> erlang:port_call(Port, -1, ok) end).

monitors(Port, Do) ->
    Run = fun(Then) ->
        Parent = self(),
        {Pid, Ref} = spawn_monitor(fun() -> Parent ! {answer, Do($o, "")}, receive stop -> ok end end),
        receive {answer, Answer} -> p(Answer) end,
        p(erlang:port_info(Port, monitors) =:= {monitors, [{process, Pid}]}),
        {monitored_by, By} = process_info(Pid, monitored_by),
        p(lists:sort(By) =:= lists:sort([self(), Port])),
        Then(),
        Pid ! stop,
        receive {'DOWN', Ref, process, Pid, _} -> ok end
    end,
    Run(fun() -> ok end),
    later(Port, 1),
    Run(fun() -> p(Do($O, "")) end),
    told(Port),
    p(Do($O, "")),
    p(erlang:port_info(Port, monitors)).

ends(_Driver, Name) ->
    [begin
        Port = open_port({spawn, Name}, Options),
        Ref = erlang:monitor(port, Port),
        x(fun() -> port_control(Port, $f, How) end),
        told(Port),
        p({How, erlang:port_info(Port, name)}),
        erlang:demonitor(Ref, [flush]),
        catch port_close(Port),
        messages(Port, 10)
     end || How <- ["a", "p", "e", "n", "x", "o"], Options <- [[], [eof]]].

busy(Driver, Port, Do) ->
    Do($b, "1"),
    p(port_command(Port, "refused", [nosuspend])),
    Sender = spawn_link(fun() -> port_command(Port, "later") end),
    timer:sleep(50),
    p(process_info(Sender, status)),
    x(fun() -> port_command(Port, "forced", [force]) end),
    told(Port),
    Do($b, "0"),
    later(Port, 2),
    p({Driver, port_command(Port, "taken", [nosuspend])}),
    told(Port).

%% Another port of the same driver. (OTP locks itself up where ports share a lock.)
another(Port, Do) ->
    Do($n, ""),
    Linked = [Link || Link <- element(2, process_info(self(), links)), is_port(Link), Link =/= Port],
    [Made] = [Link || Link <- Linked, erlang:port_info(Link, name) =:= {name, "made by another"}],
    told(Port),
    true = port_close(Made),
    told(Made).

permanent() ->
    p(load(drivers)),
    Port = open_port({spawn, "drivers"}, []),
    erl_ddll:monitor(driver, {drivers, unloaded}),
    p(port_control(Port, $P, "")),
    told(Port),
    p(load(drivers)),
    p(erl_ddll:try_unload(drivers, [])),
    p([{Item, neutral(none, Value)} || {Item, Value} <- erl_ddll:info(drivers)]),
    erl_ddll:monitor(driver, {"drivers", loaded}),
    later(Port, 1),
    p(erl_ddll:try_load(".", tcp_inet, [])),
    p(erl_ddll:info(tcp_inet, port_count)).
