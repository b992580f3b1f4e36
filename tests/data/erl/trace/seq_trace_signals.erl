%% The token of sequential tracing with exit signals, processes that start others, and what no process has sent: what the tracer is told
%% of, and who has which token afterwards.
-module(seq_trace_signals).
-export([main/0, echo/1]).

main() ->
    process_flag(trap_exit, true),
    [t:p(Name, traced(Fun)) || {Name, Fun} <- cases()],
    process_flag(trap_exit, false).

cases() ->
    [{exit_of_linked, fun() -> Pid = untraced(fun() -> spawn_link(fun() -> receive {before, R} -> exit({because, R}) end end) end),
                               Pid ! {before, reason}, receive {'EXIT', Pid, Reason} -> Reason end end},
     {exit_2, fun() -> Pid = untraced(fun() -> spawn_link(?MODULE, echo, [self()]) end), receive ready -> ok end, token(),
                       exit(Pid, wanted), receive {Pid, Got} -> Got end end},
     {exit_without_token, fun() -> Self = self(), untraced(fun() -> spawn_link(fun() -> Self ! go, exit(done) end) end),
                                   receive go -> ok end, token(), receive {'EXIT', _, Reason} -> Reason end end},
     {down, fun() -> {Pid, Monitor} = untraced(fun() -> spawn_monitor(fun() -> receive stop -> ok end end) end),
                     exit(Pid, kill), receive {'DOWN', Monitor, _, _, Reason} -> Reason end end},
     {timer, fun() -> erlang:send_after(1, self(), timer), receive timer -> ok end end},
     {start_timer, fun() -> Timer = erlang:start_timer(1, self(), x), receive {timeout, Timer, x} -> ok end end},
     {port, fun() -> Port = open_port({spawn, "echo text"}, [exit_status]),
                     receive {Port, {data, _}} -> ok end, receive {Port, {exit_status, S}} -> S end end},
     {untraced_message, fun() -> Self = self(), untraced(fun() -> spawn(fun() -> Self ! plain end) end), receive plain -> ok end end},
     {spawn_3, fun() -> spawned(spawn(?MODULE, echo, [self()])) end},
     {spawn_link_3, fun() -> spawned(spawn_link(?MODULE, echo, [self()])) end},
     {spawn_monitor_3, fun() -> {Pid, _} = spawn_monitor(?MODULE, echo, [self()]), spawned(Pid) end},
     {spawn_opt_4, fun() -> spawned(spawn_opt(?MODULE, echo, [self()], [link, {priority, high}])) end},
     {spawn_opt_monitor, fun() -> {Pid, _} = spawn_opt(?MODULE, echo, [self()], [monitor]), spawned(Pid) end},
     {spawn_request, fun() -> Request = spawn_request(?MODULE, echo, [self()], [link, {reply_tag, answer}]),
                              receive {answer, Request, ok, Pid} -> spawned(Pid) end end},
     {spawn_request_quiet, fun() -> spawn_request(?MODULE, echo, [self()], [{reply, no}]), receive ready -> ok end end},
     {spawn_request_bad, fun() -> Request = spawn_request(?MODULE, echo, [self()], [bad]), receive {spawn_reply, Request, error, What} -> What end end}].

%% What the tracer has seen, the value, and the token in the end.
traced(Fun) ->
    Tracer = spawn_link(fun() -> tracer([]) end),
    seq_trace:set_system_tracer(Tracer),
    token(),
    Value = Fun(),
    Token = seq_trace:get_token(),
    seq_trace:reset_trace(),
    seq_trace:set_token([]),
    timer:sleep(5),
    Tracer ! {stop, self()},
    Seen = receive {seen, Tracer, Events} -> Events end,
    unlink(Tracer),
    seq_trace:set_system_tracer(false),
    t:flush(),
    {Value, kept(Token), lists:sort([event(Event) || Event <- Seen])}.

token() ->
    seq_trace:reset_trace(),
    seq_trace:set_token(label, 17),
    [seq_trace:set_token(Flag, true) || Flag <- [send, 'receive']].

untraced(Fun) ->
    Token = seq_trace:set_token([]),
    Value = Fun(),
    seq_trace:set_token(Token),
    Value.

spawned(_) ->
    receive ready -> ok end.

echo(To) ->
    process_flag(trap_exit, true),
    To ! ready,
    receive {'EXIT', _, Reason} -> To ! {self(), {got, Reason, kept(seq_trace:get_token())}} after 50 -> ok end.

kept([]) -> none;
kept({Flags, Label, Serial, _From, Last}) -> {Flags, Label, Serial, Last}.

event({seq_trace, Label, {Kind, Serial, _From, _To, Message}}) -> {Serial, Kind, Label, message(Message)}.

message({spawn_request, _, _, _, Call, Options, Tag, Arguments}) -> {spawn_request, Call, Options, Tag, length(Arguments)};
message(Message) -> Message.

tracer(Seen) ->
    receive
        {stop, From} -> From ! {seen, self(), Seen};
        Event -> tracer([Event | Seen])
    end.
