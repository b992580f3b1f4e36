%% flags: +C single_time_warp
-module(demonitor_time_offset).
-export([main/0]).

%% Such a monitor goes on when its message has come: flush takes the message all the same.
main() ->
    [A, B, C] = [monitor(time_offset, clock_service) || _ <- [a, b, c]],
    preliminary = erlang:system_flag(time_offset, finalize),
    wait(3),
    t:p(erlang:demonitor(A, [flush])),
    t:p(erlang:demonitor(B, [flush, info])),
    t:p(erlang:demonitor(B, [flush, info])),
    receive {'CHANGE', C, time_offset, clock_service, Offset} -> t:p(is_integer(Offset)) end,
    t:p(process_info(self(), messages)).

wait(Count) ->
    case process_info(self(), message_queue_len) of
        {message_queue_len, Count} -> ok;
        _ -> timer:sleep(1), wait(Count)
    end.
