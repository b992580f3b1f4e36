%% flags: +S 4
%% While multi-scheduling is blocked others run on one scheduler, from whichever scheduler it was blocked.
-module(one_scheduler_for_a_while).
-export([main/0]).

main() ->
    Online = erlang:system_info(schedulers_online),
    [turn(N) || N <- lists:seq(1, 40)],
    io:format("~p ~p~n", [erlang:system_info(multi_scheduling), erlang:system_info(schedulers_online) =:= Online]).

turn(N) ->
    Main = self(),
    Online = erlang:system_info(schedulers_online),
    Start = fun(P) ->
                    spawn_opt(fun() ->
                                      erlang:yield(),
                                      process_flag(scheduler, 0),
                                      Main ! {self(), started},
                                      receive finish -> Main ! {self(), erlang:system_info(scheduler_id)} end
                              end, [link, {scheduler, P rem Online + 1}])
            end,
    Pids = [Start(P) || P <- lists:seq(N, N + 7)],
    [receive {P, started} -> ok end || P <- Pids],
    blocked_normal = erlang:system_flag(multi_scheduling, block_normal),
    [P ! finish || P <- Pids],
    [1] = lists:usort([receive {P, Id} when is_integer(Id) -> Id end || P <- Pids]),
    enabled = erlang:system_flag(multi_scheduling, unblock_normal).
