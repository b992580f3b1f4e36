%% A counter. Version 1 of the module: its state is the number.
-module(six_rules_counter).
-behaviour(gen_server).
-vsn(1).
-export([start_link/0, add/1, value/0, version/0]).
-export([init/1, handle_call/3, handle_cast/2, code_change/3]).

start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).
add(N) -> gen_server:call(?MODULE, {add, N}).
value() -> gen_server:call(?MODULE, value).
version() -> gen_server:call(?MODULE, version).

init([]) -> {ok, 0}.

handle_call({add, N}, _From, Count) -> {reply, ok, Count + N};
handle_call(value, _From, Count) -> {reply, Count, Count};
handle_call(version, _From, Count) -> {reply, 1, Count}.

handle_cast(_Request, Count) -> {noreply, Count}.

code_change(_Old, Count, _Extra) -> {ok, Count}.
