%% How fast does a `gen_statem` answer, change its state, postpone and set timers?
%% group: messages
-module(state_machines).
-behaviour(gen_statem).
-export([scale/0, run/1]).
-export([init/1, callback_mode/0, closed/3, open/3]).

scale() -> 8.

run(Rounds) ->
    {ok, Pid} = gen_statem:start_link(?MODULE, 0, []),
    Sum = run(Rounds, Pid, 0),
    gen_statem:stop(Pid),
    Sum.

run(0, _, Sum) -> Sum;
run(Rounds, Pid, Sum) -> run(Rounds - 1, Pid, Sum + read(12000, Pid, 0) + doors(6000, Pid, 0) + postponed(300, Pid)).

read(0, _, Sum) -> Sum;
read(N, Pid, Sum) -> read(N - 1, Pid, Sum + gen_statem:call(Pid, read) band 1).

doors(0, _, Sum) -> Sum;
doors(N, Pid, Sum) ->
    ok = gen_statem:call(Pid, open),
    ok = gen_statem:cast(Pid, enter),
    ok = gen_statem:call(Pid, close),
    doors(N - 1, Pid, Sum + 1).

%% They come while the door is closed, and must wait.
postponed(Count, Pid) ->
    [gen_statem:cast(Pid, enter) || _ <- lists:seq(1, Count)],
    Before = gen_statem:call(Pid, read),
    ok = gen_statem:call(Pid, open),
    ok = gen_statem:call(Pid, close),
    gen_statem:call(Pid, read) - Before.

callback_mode() -> [state_functions, state_enter].

init(Entered) -> {ok, closed, Entered}.

closed(enter, _, _) -> keep_state_and_data;
closed({call, From}, open, Entered) -> {next_state, open, Entered, [{reply, From, ok}]};
closed({call, From}, read, Entered) -> {keep_state_and_data, [{reply, From, Entered}]};
closed(cast, enter, _) -> {keep_state_and_data, [postpone]}.

open(enter, _, _) -> {keep_state_and_data, [{state_timeout, 60000, late}]};
open({call, From}, close, Entered) -> {next_state, closed, Entered, [{reply, From, ok}]};
open(cast, enter, Entered) -> {keep_state, Entered + 1}.
