%% A server with a fault: it does not expect to divide by zero.
-module(six_rules_divider).
-behaviour(gen_server).
-export([start_link/0, divide/2]).
-export([init/1, handle_call/3, handle_cast/2]).

start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).
divide(A, B) -> gen_server:call(?MODULE, {divide, A, B}).

init([]) -> {ok, []}.

handle_call({divide, A, B}, _From, State) ->
    Quotient = quotient(A, B),
    {reply, {ok, Quotient}, State}.

handle_cast(_Request, State) -> {noreply, State}.

quotient(A, B) ->
    {A div B, A rem B}.
