%% flags: +S 3:2 +SDcpu 2:1 +SDio 4
-module(schedulers).
-export([main/0]).
-include("../../t.hrl").

main() ->
    ?P(erlang:system_info(schedulers)), ?P(erlang:system_info(schedulers_online)), ?P(erlang:system_info(dirty_cpu_schedulers)), ?P(erlang:system_info(dirty_cpu_schedulers_online)), ?P(erlang:system_info(dirty_io_schedulers)), ?P(erlang:system_flag(schedulers_online, 3)), ?P(erlang:system_info(schedulers_online)), ?P(erlang:system_info(multi_scheduling)), ?P(lists:usort([begin Me = self(), spawn(fun() -> Me ! erlang:system_info(scheduler_id) end), receive S -> S >= 1 andalso S =< 3 end end || _ <- lists:seq(1, 50)])), ?P(erlang:system_flag(multi_scheduling, block)), ?P(erlang:system_info(multi_scheduling)), ?P(erlang:system_flag(multi_scheduling, unblock)), ?X(erlang:system_flag(schedulers_online, 4)).
