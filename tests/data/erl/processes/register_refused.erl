%% Why a name can't be registered: the error_info tells a name that is taken from a process, or a port, that has one already.
-module(register_refused).
-export([main/0]).

main() ->
    Me = self(),
    Pid = spawn(fun() -> receive stop -> ok end end),
    Gone = spawn(fun() -> ok end),
    t:wait(fun() -> not is_process_alive(Gone) end),
    Port = open_port({spawn, "cat"}, [binary]),
    refused(taken, init, Pid),
    refused(taken, init, Port),
    true = register(register_refused_pid, Pid),
    true = register(register_refused_port, Port),
    [refused({Kind, Name}, Name, Whom)
     || {Kind, Whom} <- [{pid, Pid}, {port, Port}], Name <- [register_refused_other, init, register_refused_pid, register_refused_port]],
    refused(itself, init, whereis(init)),
    refused(gone, register_refused_other, Gone),
    refused(gone, init, Gone),
    [refused({bad, Name}, t:id(Name), Me) || Name <- [undefined, "name", 1, {a}]],
    [refused({bad, Whom}, register_refused_other, t:id(Whom)) || Whom <- [x, init, 1, {a}]],
    true = unregister(register_refused_pid),
    refused(taken, register_refused_port, Pid),
    port_close(Port),
    refused(closed, register_refused_other, Port),
    refused(closed, init, Port),
    t:p(names, [whereis(Name) || Name <- [register_refused_pid, register_refused_port, register_refused_other]]),
    Pid ! stop.

refused(Label, Name, Whom) ->
    t:p(Label, try register(Name, Whom) catch Class:Reason:Rows -> {Class, Reason, hd(Rows), said(Reason, Rows)} end).

%% What the shell would print of it.
said(Reason, [{M, F, Arguments, [{error_info, #{module := Module} = Info}]} | _]) ->
    maps:map(fun(_, Text) -> iolist_to_binary(Text) end, Module:format_error(Reason, [{M, F, Arguments, [{error_info, Info}]}])).
