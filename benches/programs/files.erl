%% How fast are files written and read, whole, by lines and in pieces?
-module(files).
-export([scale/0, run/1]).

scale() -> 4.

run(Rounds) ->
    Path = filename:join("/tmp", "oxbeam_bench_" ++ os:getpid()),
    Sum = run(Rounds, Path, 0),
    ok = file:delete(Path),
    Sum.

run(0, _, Sum) -> Sum;
run(Rounds, Path, Sum) ->
    Lines = [[integer_to_binary(N), ": a line of a file\n"] || N <- lists:seq(1, 5000)],
    ok = file:write_file(Path, Lines),
    {ok, Whole} = file:read_file(Path),
    ByLines = opened(Path, [read, raw, binary, read_ahead], fun(File) -> lines(File, 0) end),
    ByServer = opened(Path, [read, binary], fun(File) -> some_lines(600, File, 0) end),
    Pieces = opened(Path, [read, raw, binary], fun(File) -> pieces(3000, File, byte_size(Whole), 17, 0) end),
    Small = lists:sum([small(Path) || _ <- lists:seq(1, 400)]),
    run(Rounds - 1, Path, Sum + byte_size(Whole) + ByLines + ByServer + Pieces + Small).

opened(Path, Modes, Work) ->
    {ok, File} = file:open(Path, Modes),
    Result = Work(File),
    ok = file:close(File),
    Result.

lines(File, Sum) ->
    case file:read_line(File) of
        {ok, Line} -> lines(File, Sum + byte_size(Line));
        eof -> Sum
    end.

some_lines(0, _, Sum) -> Sum;
some_lines(N, File, Sum) -> some_lines(N - 1, File, Sum + byte_size(io:get_line(File, ""))).

pieces(0, _, _, _, Sum) -> Sum;
pieces(N, File, Size, Seed, Sum) ->
    Next = (Seed * 1309 + 13849) band 65535,
    {ok, <<Byte, _/binary>>} = file:pread(File, Next rem (Size - 100), 100),
    pieces(N - 1, File, Size, Next, Sum + Byte).

small(Path) ->
    Name = Path ++ "_small",
    ok = file:write_file(Name, <<"a few bytes">>),
    {ok, Read} = file:read_file(Name),
    ok = file:delete(Name),
    byte_size(Read).
