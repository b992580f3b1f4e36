%% not: zeal
-module(node_exiting_sender).
-export([main/0, there/1, os_pid/0]).

%% A process has sent more than the connection takes and is killed: a tracer hears that it has exited when all of it is on its way.
main() -> cluster:run(?MODULE, 2).

there([Other]) ->
    OsPid = rpc:call(Other, ?MODULE, os_pid, []),
    Sink = spawn(Other, lists, foreach, [fun(_) -> ok end, []]),
    Big = binary:copy(<<0>>, 40000000),
    Sender = spawn(fun() -> receive go -> Sink ! Big end, receive after infinity -> ok end end),
    Me = self(),
    Tracer = spawn(fun() -> forward(Me) end),
    1 = erlang:trace(Sender, true, [procs, exiting, {tracer, Tracer}]),
    [] = os:cmd("kill -STOP " ++ OsPid),
    Sender ! go,
    suspended(Sender),
    exit(Sender, enough),
    First = heard(Sender, 2000),
    [] = os:cmd("kill -CONT " ++ OsPid),
    [{stopped, First}, {continued, heard(Sender, 5000)}].

os_pid() -> os:getpid().

forward(Pid) -> receive Event -> Pid ! Event, forward(Pid) end.

suspended(Pid) ->
    case process_info(Pid, status) of
        {status, suspended} -> ok;
        {status, _} -> receive after 10 -> suspended(Pid) end
    end.

%% What becomes of it, but for the turns that it takes meanwhile.
heard(Pid, Patience) ->
    receive
        {trace, Pid, exit, Reason} -> [{exit, Reason} | heard(Pid, Patience)];
        {trace, Pid, out_exited, _} -> [out_exited];
        {trace, Pid, _, _} -> heard(Pid, Patience)
    after Patience -> []
    end.
