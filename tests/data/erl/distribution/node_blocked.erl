-module(node_blocked).
-export([main/0, there/1, idle/0]).

%% A node that stands still reads nothing: who links to a process of it is suspended meanwhile.
main() -> cluster:run(?MODULE, 2, ["-kernel", "logger_level", "error", "+zdbbl", "64"]).

there([Other]) ->
    pong = net_adm:ping(Other),
    Far = spawn(Other, ?MODULE, idle, []),
    Me = self(),
    spawn(Other, fun() ->
        erts_debug:set_internal_state(available_internal_state, true),
        Me ! soon,
        receive after 200 -> ok end,
        erts_debug:set_internal_state(block, 4000)
    end),
    receive soon -> timer:sleep(600) end,
    Data = binary:copy(<<0>>, 10000),
    Filler = spawn(fun() -> fill({nobody, Other}, Data) end),
    until(fun() -> erlang:send({nobody, Other}, more, [nosuspend]) end, nosuspend),
    timer:sleep(500),
    until(fun() -> erlang:send({nobody, Other}, more, [nosuspend]) end, nosuspend),
    {Linker, Monitor} = spawn_monitor(fun() -> link(Far), {links, [Far]} = process_info(self(), links) end),
    timer:sleep(300),
    Info = process_info(Linker, [status, current_function]),
    exit(Filler, kill),
    Reason = receive {'DOWN', Monitor, process, Linker, Why} -> Why after 20000 -> lost end,
    [Info, Reason].

fill(To, Data) -> To ! Data, fill(To, Data).

until(Get, Wanted) ->
    case Get() of
        Wanted -> ok;
        _ -> timer:sleep(1), until(Get, Wanted)
    end.

idle() -> receive stop -> ok end.
