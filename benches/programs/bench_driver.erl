%% Runs one program and prints what the harness reads: result, microseconds by the clock and of the processor, most memory in KB.
-module(bench_driver).
-export([main/1]).

main([Program, Factor]) ->
    Module = list_to_atom(Program),
    {module, Module} = code:ensure_loaded(Module),
    Scale = max(1, round(Module:scale() * list_to_float(Factor))),
    {Processor, Clock} = {processor(), erlang:monotonic_time(microsecond)},
    Result = Module:run(Scale),
    Elapsed = erlang:monotonic_time(microsecond) - Clock,
    io:format("bench ~w ~w ~w ~w~n", [erlang:phash2(Result), Elapsed, processor() - Processor, peak()]),
    halt(0).

%% Of all threads, in units of a hundredth of a second as Linux counts.
processor() ->
    {ok, Text} = file:read_file("/proc/self/stat"),
    [_, Behind] = binary:split(Text, <<") ">>),
    Fields = binary:split(Behind, <<" ">>, [global]),
    (binary_to_integer(lists:nth(12, Fields)) + binary_to_integer(lists:nth(13, Fields))) * 10000.

peak() ->
    {ok, Text} = file:read_file("/proc/self/status"),
    {match, [Kilobytes]} = re:run(Text, "VmHWM:\\s*([0-9]+) kB", [{capture, all_but_first, binary}]),
    binary_to_integer(Kilobytes).
