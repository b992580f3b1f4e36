%% What does an idle process take, and what is left when all have gone? `-run million main COUNT`.
-module(million).
-export([main/1]).

main([Text]) ->
    Count = list_to_integer(Text),
    {Before, _} = resident(),
    Start = erlang:monotonic_time(millisecond),
    Processes = [spawn(fun() -> receive stop -> ok end end) || _ <- lists:seq(1, Count)],
    Spawned = erlang:monotonic_time(millisecond) - Start,
    timer:sleep(500),
    {During, Peak} = resident(),
    Counted = erlang:memory(total),
    lists:foreach(fun(Process) -> Process ! stop end, Processes),
    wait(),
    erlang:garbage_collect(),
    timer:sleep(3000),
    {After, _} = resident(),
    io:format("~w processes: ~w bytes each, peak ~w MB (erlang:memory ~w), spawned in ~w ms; ~w MB when they have gone~n",
              [Count, (During - Before) div Count, Peak div 1000000, Counted div 1000000, Spawned, After div 1000000]),
    halt().

wait() ->
    case erlang:system_info(process_count) < 500 of
        true -> ok;
        false -> timer:sleep(10), wait()
    end.

%% Bytes that are resident: now, at most so far.
resident() ->
    {ok, Status} = file:read_file("/proc/self/status"),
    Of = fun(Field) ->
                 {match, [Kilobytes]} = re:run(Status, Field ++ ":\\s*([0-9]+) kB", [{capture, all_but_first, binary}]),
                 binary_to_integer(Kilobytes) * 1024
         end,
    {Of("VmRSS"), Of("VmHWM")}.
