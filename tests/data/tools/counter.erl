-module(counter).
-behaviour(gen_server).
-behaviour(application).
-ifdef(NEW).
-vsn(2).
-else.
-vsn(1).
-endif.
-export([start/2, stop/1, init/1, handle_call/3, handle_cast/2, start_link/0, next/0, code_change/3]).
start(_Type, _Arguments) -> counter_sup:start_link().
stop(_State) -> io:format("stopped~n").
start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).
next() -> gen_server:call(?MODULE, next).
init([]) -> {ok, application:get_env(counter, first, 0)}.
handle_call(next, _From, N) -> {reply, N, N + step()}.
handle_cast(_, N) -> {noreply, N}.
code_change(Old, N, Extra) -> io:format("changed from ~p ~p~n", [Old, Extra]), {ok, N}.
-ifdef(NEW).
step() -> 10.
-else.
step() -> 1.
-endif.
