%% Runs one program and prints what the harness reads: result, microseconds by the clock and of the processor, most memory in KB.
-module(bench_driver).
-export([main/1]).

main([Program, Factor]) ->
    Module = list_to_atom(Program),
    {module, Module} = code:ensure_loaded(Module),
    Scale = max(1, round(Module:scale() * list_to_float(Factor))),
    {Processor, Clock} = {processor(), erlang:monotonic_time(microsecond)},
    %% In a process of its own: this one traps exits, and all that are linked to it would leave a message.
    {Pid, Reference} = spawn_monitor(fun() -> exit({result, Module:run(Scale)}) end),
    receive
        {'DOWN', Reference, process, Pid, {result, Result}} ->
            Elapsed = erlang:monotonic_time(microsecond) - Clock,
            io:format("bench ~w ~w ~w ~w~n", [erlang:phash2(Result), Elapsed, processor() - Processor, peak()]),
            halt(0);
        {'DOWN', Reference, process, Pid, Reason} ->
            io:format("~p~n", [Reason]),
            halt(1)
    end.

%% Of all threads there are. What the system counts for the process as a whole comes in hundredths of a second.
processor() ->
    {ok, Threads} = file:list_dir("/proc/self/task"),
    lists:sum([spent(filename:join(["/proc/self/task", Thread, "schedstat"])) || Thread <- Threads]) div 1000.

spent(Path) ->
    {ok, Text} = file:read_file(Path),
    [Nanoseconds | _] = binary:split(Text, <<" ">>),
    binary_to_integer(Nanoseconds).

peak() ->
    {ok, Text} = file:read_file("/proc/self/status"),
    {match, [Kilobytes]} = re:run(Text, "VmHWM:\\s*([0-9]+) kB", [{capture, all_but_first, binary}]),
    binary_to_integer(Kilobytes).
