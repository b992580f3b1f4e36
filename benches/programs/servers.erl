%% How fast does a `gen_server` answer?
%% group: messages
-module(servers).
-behaviour(gen_server).
-export([scale/0, run/1]).
-export([init/1, handle_call/3, handle_cast/2]).

scale() -> 3.

run(Rounds) ->
    {ok, Pid} = gen_server:start_link(?MODULE, 0, []),
    Sum = run(Rounds, Pid, 0),
    gen_server:stop(Pid),
    Sum.

run(0, _, Sum) -> Sum;
run(Rounds, Pid, Sum) ->
    called(50000, Pid),
    told(60000, Pid),
    run(Rounds - 1, Pid, Sum + gen_server:call(Pid, get) + gathered(2000, Pid)).

called(0, _) -> ok;
called(N, Pid) ->
    _ = gen_server:call(Pid, {add, 1}),
    called(N - 1, Pid).

told(0, _) -> ok;
told(N, Pid) ->
    gen_server:cast(Pid, {add, 2}),
    told(N - 1, Pid).

gathered(N, Pid) ->
    Requests = [gen_server:send_request(Pid, get) || _ <- lists:seq(1, N)],
    length([reply(Request) || Request <- Requests]).

reply(Request) ->
    {reply, Answer} = gen_server:receive_response(Request, infinity),
    Answer.

init(Count) -> {ok, Count}.

handle_call({add, N}, _From, Count) -> {reply, Count, Count + N};
handle_call(get, _From, Count) -> {reply, Count, Count}.

handle_cast({add, N}, Count) -> {noreply, Count + N}.
