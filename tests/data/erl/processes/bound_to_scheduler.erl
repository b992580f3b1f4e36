-module(bound_to_scheduler).
-export([main/0]).

%% A process that is bound to a scheduler runs there.
main() ->
    Last = erlang:system_info(schedulers_online),
    t:x(fun() -> process_flag(scheduler, t:id(-1)) end),
    t:x(fun() -> process_flag(scheduler, t:id(erlang:system_info(schedulers) + 1)) end),
    t:x(fun() -> process_flag(scheduler, t:id(a)) end),
    t:p(process_flag(scheduler, 0)),
    Busy = [spawn_link(fun() -> busy() end) || _ <- lists:seq(1, 4)],
    [t:p(bound_by_flag(N)) || N <- [1, Last]],
    [t:p(bound_by_option(N)) || N <- [1, Last]],
    t:p(many(Last)),
    [begin unlink(P), exit(P, kill) end || P <- Busy],
    t:p(freed(Last)),
    t:x(fun() -> spawn_opt(fun() -> ok end, [{scheduler, t:id(-1)}]) end).

busy() -> erlang:yield(), busy().

where() -> erlang:system_info(scheduler_id).

bound_by_flag(N) ->
    inside(fun() ->
        0 = process_flag(scheduler, N),
        lists:all(fun(_) -> erlang:yield(), receive after 1 -> ok end, where() =:= N end, lists:seq(1, 50))
    end).

bound_by_option(N) ->
    Self = self(),
    Pid = spawn_opt(fun() -> Self ! {self(), where(), process_flag(scheduler, 0)} end, [link, {scheduler, N}]),
    receive {Pid, Where, Before} -> {Where =:= N, Before =:= N} end.

many(Last) ->
    Self = self(),
    Pids = [spawn_opt(fun() ->
        Self ! {self(), lists:usort([begin erlang:yield(), where() end || _ <- lists:seq(1, 100)])}
    end, [link, {scheduler, 1 + N rem Last}]) || N <- lists:seq(1, 40)],
    length([ok || {N, Pid} <- lists:zip(lists:seq(1, 40), Pids),
                  receive {Pid, Where} -> Where =:= [1 + N rem Last] end]).

freed(Last) ->
    inside(fun() ->
        0 = process_flag(scheduler, Last),
        Last = process_flag(scheduler, 0),
        process_flag(scheduler, 0)
    end).

inside(Fun) ->
    Self = self(),
    Pid = spawn_link(fun() -> Self ! {self(), Fun()} end),
    receive {Pid, Result} -> Result end.
