-module(saved_calls).
-export([main/0, first/1, second/1, awake/1, bounce/3]).

%% `process_flag(save_calls, N)` keeps the last calls that name a module, calls of natives, sends and receives.
main() ->
    t:x(fun() -> process_flag(save_calls, t:id(-1)) end),
    t:x(fun() -> process_flag(save_calls, t:id(10001)) end),
    t:p(process_info(self(), last_calls)),
    saved(calls, fun() -> local(1), ?MODULE:first(1), ?MODULE:second(2) end),
    saved(natives, fun() -> t:id(tuple_to_list(t:id({}))), put(b, 2), get(t:id(b)) end),
    saved(applied, fun() ->
        apply(?MODULE, t:id(second), [1]),
        apply(lists, t:id(append), t:id([[]])),
        (t:id(?MODULE)):first(1),
        (t:id(fun ?MODULE:first/1))(1),
        (t:id(fun(X) -> X end))(1),
        (t:id(fun erlang:put/2))(c, 3)
    end),
    saved(sent, fun() -> self() ! a, erlang:send(self(), b), erlang:send(self(), c, [nosuspend]) end),
    saved(received, fun() ->
        self() ! a,
        receive a -> ok end,
        receive zz -> ok after 0 -> ok end,
        receive yy -> ok after 2 -> ok end
    end),
    saved(raised, fun() ->
        [catch erlang:E(t:id(x)) || E <- [error, exit, throw]],
        catch lists:member(t:id(a), t:id(b))
    end),
    saved(guards, fun() ->
        t:id([length(t:id([])), hd(t:id([1])), self(), t:id(1) + t:id(2), t:id([a]) ++ t:id([b])])
    end),
    saved(yields, fun() -> put(a, 1), erlang:yield(), put(a, 2) end),
    saved(map, fun() -> lists:map(fun(X) -> ?MODULE:first(X) end, [1, 2]) end),
    saved(missing, fun() -> catch ?MODULE:nothing(1) end),
    bounded(),
    other(),
    sensitive(),
    t:p(hibernated()).

saved(Label, Fun) ->
    Self = self(),
    {Pid, Ref} = spawn_monitor(fun() ->
        process_flag(save_calls, 1000),
        run(Fun),
        {last_calls, Calls} = process_info(self(), last_calls),
        1000 = process_flag(save_calls, 0),
        {last_calls, false} = process_info(self(), last_calls),
        Self ! {self(), Calls}
    end),
    receive {Pid, Calls} -> t:p(Label, Calls) end,
    receive {'DOWN', Ref, _, _, normal} -> ok end.

run(Fun) -> Fun().

%% Only so many are kept, and a new number begins anew.
bounded() ->
    Self = self(),
    spawn_link(fun() ->
        process_flag(save_calls, 3),
        bounce(10, self(), []),
        {_, Three} = process_info(self(), last_calls),
        Before = process_flag(save_calls, 2),
        bounce(10, self(), []),
        {_, Two} = process_info(self(), last_calls),
        Self ! {bounded, Three, Before, Two}
    end),
    receive {bounded, _, _, _} = Bounded -> t:p(Bounded) end.

bounce(0, _, _) -> ok;
bounce(N, A, B) -> ?MODULE:bounce(N - 1, A, B).

%% Set and asked for by another process.
other() ->
    Pid = spawn_link(fun() -> wait() end),
    until_waiting(Pid),
    t:p(erlang:process_flag(Pid, save_calls, 4)),
    t:p(process_info(Pid, last_calls)),
    [Pid ! {call, N} || N <- [1, 2, 3]],
    Pid ! {self(), ping},
    receive pong -> ok end,
    until_waiting(Pid),
    t:p(process_info(Pid, last_calls)),
    t:x(fun() -> erlang:process_flag(Pid, save_calls, t:id(-1)) end),
    t:p(erlang:process_flag(Pid, save_calls, 0)),
    t:p(process_info(Pid, last_calls)),
    Pid ! stop.

until_waiting(Pid) ->
    case process_info(Pid, status) of
        {status, waiting} -> ok;
        _ -> timer:sleep(1), until_waiting(Pid)
    end.

wait() ->
    receive
        {call, N} -> ?MODULE:first(N), wait();
        {From, ping} -> From ! pong, wait();
        stop -> ok
    end.

%% A sensitive process saves none.
sensitive() ->
    Self = self(),
    spawn_link(fun() ->
        process_flag(save_calls, 10),
        process_flag(sensitive, true),
        run(fun() -> ?MODULE:second(1) end),
        Self ! {sensitive, element(2, process_info(self(), last_calls))}
    end),
    receive {sensitive, Calls} -> t:p([C || {?MODULE, _, _} = C <- Calls]) end.

hibernated() ->
    Self = self(),
    Pid = spawn_link(fun() ->
        process_flag(save_calls, 10),
        run(fun() -> erlang:hibernate(?MODULE, awake, [Self]) end)
    end),
    until_waiting(Pid),
    {last_calls, Before} = process_info(Pid, last_calls),
    Pid ! wake_up,
    receive {Pid, Calls} -> {Before, Calls} end.

local(X) -> t:id(X).
first(X) -> X.
second(X) -> put(a, X).
awake(To) -> To ! {self(), element(2, process_info(self(), last_calls))}.
