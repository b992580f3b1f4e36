%% A counter. Version 2 of the module: it also remembers every addition, so that the state is now a map.
-module(six_rules_counter).
-behaviour(gen_server).
-vsn(2).
-export([start_link/0, add/1, value/0, version/0, history/0]).
-export([init/1, handle_call/3, handle_cast/2, code_change/3]).

start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).
add(N) -> gen_server:call(?MODULE, {add, N}).
value() -> gen_server:call(?MODULE, value).
version() -> gen_server:call(?MODULE, version).
history() -> gen_server:call(?MODULE, history).

init([]) -> {ok, #{count => 0, history => []}}.

handle_call({add, N}, _From, #{count := Count, history := History} = State) ->
    {reply, ok, State#{count := Count + N, history := [N | History]}};
handle_call(value, _From, #{count := Count} = State) -> {reply, Count, State};
handle_call(history, _From, #{history := History} = State) -> {reply, lists:reverse(History), State};
handle_call(version, _From, State) -> {reply, 2, State}.

handle_cast(_Request, State) -> {noreply, State}.

code_change(1, Count, _Extra) -> {ok, #{count => Count, history => [{inherited, Count}]}}.
