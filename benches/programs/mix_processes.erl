%% How fast is a mixture of what processes do: messages of all sizes, servers, links, timers, names?
%% group: messages
-module(mix_processes).
-behaviour(gen_server).
-export([scale/0, run/1]).
-export([init/1, handle_call/3, handle_cast/2]).

scale() -> 6.

run(Rounds) -> run(Rounds, 0).

run(0, Sum) -> Sum;
run(Rounds, Sum) ->
    Medium = {message, lists:seq(1, 20), {a, "text", 1.5}},
    Huge = [{N, "text", {N, [N]}} || N <- lists:seq(1, 400)],
    run(Rounds - 1, Sum + sent(10000, small) + sent(4000, Medium) + sent(200, Huge) + served(4000) + workers(1500) + watched(1500) + named(1000)).

sent(Count, What) ->
    Self = self(),
    Echo = spawn_link(fun() -> echo(Self) end),
    [begin Echo ! {N, What}, receive {N, What} -> ok end end || N <- lists:seq(1, Count)],
    Echo ! stop,
    Count.

echo(To) ->
    receive
        stop -> ok;
        Message -> To ! Message, echo(To)
    end.

served(Count) ->
    {ok, Pid} = gen_server:start_link(?MODULE, [], []),
    [begin gen_server:cast(Pid, {put, N rem 50, N}), N = gen_server:call(Pid, {get, N rem 50}) end || N <- lists:seq(1, Count)],
    gen_server:stop(Pid),
    Count.

init([]) -> {ok, #{}}.

handle_call({get, Key}, _, Map) -> {reply, maps:get(Key, Map), Map}.

handle_cast({put, Key, Value}, Map) -> {noreply, Map#{Key => Value}}.

%% Each waits with a limit, works a little and is gone.
workers(Count) ->
    Self = self(),
    Workers = [spawn_link(fun() -> receive {work, N} -> Self ! {self(), lists:sum(lists:seq(1, N))} after 60000 -> late end end) || _ <- lists:seq(1, Count)],
    [Worker ! {work, 20} || Worker <- Workers],
    lists:sum([receive {Worker, Sum} -> Sum end || Worker <- Workers]).

watched(Count) ->
    Pairs = [spawn_monitor(fun() -> receive stop -> exit(stopped) end end) || _ <- lists:seq(1, Count)],
    [Pid ! stop || {Pid, _} <- Pairs],
    length([receive {'DOWN', Reference, process, Pid, stopped} -> ok end || {Pid, Reference} <- Pairs]).

named(Count) ->
    lists:sum([begin
                   true = register(somebody, self()),
                   somebody ! {hello, N},
                   true = unregister(somebody),
                   receive {hello, M} -> M end
               end || N <- lists:seq(1, Count)]).
