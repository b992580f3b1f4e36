%% What do fifty thousand idle servers take, each with a little state?
%% group: memory
-module(idle_servers).
-behaviour(gen_server).
-export([scale/0, run/1]).
-export([init/1, handle_call/3, handle_cast/2]).

scale() -> 50000.

run(Count) ->
    Servers = [begin {ok, Pid} = gen_server:start(?MODULE, N, []), Pid end || N <- lists:seq(1, Count)],
    lists:sum([gen_server:call(Server, get) || Server <- Servers]).

init(N) -> {ok, #{number => N, name => {server, N}, list => lists:seq(1, 10)}}.

handle_call(get, _, #{number := N} = State) -> {reply, N, State}.

handle_cast(_, State) -> {noreply, State}.
