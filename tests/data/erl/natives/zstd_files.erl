%% since: 29
-module(zstd_files).
-export([main/0]).

main() ->
    File = "zstd_files.tmp",
    try
        there_and_back(File),
        large(File),
        positions(File),
        dictionary(File),
        wrong(File)
    after
        file:delete(File)
    end.

bin(Data) -> iolist_to_binary(Data).

there_and_back(File) ->
    {ok, W} = file:open(File, [write, binary, {zstd, #{}}]),
    t:p(file:write(W, <<"qwerty\n">>)),
    t:p(file:write(W, ["as", <<"df">>, $\n])),
    t:p(io:format(W, "~p~n", [{a, [b]}])),
    t:p(file:close(W)),
    {ok, Compressed} = file:read_file(File),
    t:p(bin(zstd:decompress(Compressed))),
    t:p(zstd:get_frame_header(Compressed)),
    {ok, R} = file:open(File, [read, binary, {zstd, #{}}]),
    t:p(file:read_line(R)),
    t:p(file:read(R, 2)),
    t:p(file:read(R, 100)),
    t:p(file:read(R, 100)),
    t:p(file:close(R)),
    {ok, L} = file:open(File, [read, raw, {zstd, #{}}]),
    t:p(file:read_line(L)),
    t:p(file:read_line(L)),
    t:p(file:read_line(L)),
    t:p(file:read_line(L)),
    t:p(file:close(L)),
    %% As it is: not compressed at all.
    ok = file:write_file(File, <<"plain text">>),
    {ok, P} = file:open(File, [read, binary, {zstd, #{}}]),
    t:p(file:read(P, 100)),
    t:p(file:close(P)),
    %% Nothing.
    {ok, E} = file:open(File, [write, {zstd, #{}}]),
    t:p(file:close(E)),
    t:p(file:read_file(File)),
    {ok, E1} = file:open(File, [read, {zstd, #{}}]),
    t:p(file:read(E1, 100)),
    t:p(file:close(E1)).

large(File) ->
    Text = bin([[integer_to_list(N * N), $\n] || N <- lists:seq(1, 200000)]),
    {ok, W} = file:open(File, [write, raw, binary, {zstd, #{compressionLevel => 5, checksumFlag => true}}]),
    Put = fun Put(<<Part:100000/binary, Rest/binary>>) -> ok = file:write(W, Part), Put(Rest);
              Put(Rest) -> file:write(W, Rest)
          end,
    t:p(Put(Text)),
    t:p(file:close(W)),
    {ok, Compressed} = file:read_file(File),
    t:p({byte_size(Text), byte_size(Compressed), erlang:md5(Compressed)}),
    t:p(bin(zstd:decompress(Compressed)) =:= Text),
    {ok, R} = file:open(File, [read, raw, binary, {zstd, #{}}]),
    Get = fun Get(Size) ->
                  case file:read(R, Size) of
                      {ok, Data} -> [Data | Get(Size)];
                      eof -> []
                  end
          end,
    t:p(bin(Get(12345)) =:= Text),
    t:p(file:close(R)),
    {ok, L} = file:open(File, [read, binary, read_ahead, {zstd, #{}}]),
    t:p(length([Line || Line <- lines(L)])),
    t:p(file:close(L)),
    %% Not one frame, but several.
    Frames = [zstd:compress(<<"one\n">>), zstd:compress(<<"two\n">>), zstd:compress(Text)],
    ok = file:write_file(File, Frames),
    {ok, F} = file:open(File, [read, raw, binary, {zstd, #{}}]),
    t:p(file:read(F, 3)),
    t:p(file:read_line(F)),
    t:p(file:read_line(F)),
    {ok, All} = file:read(F, 10000000),
    t:p(All =:= Text),
    t:p(file:read(F, 1)),
    t:p(file:close(F)).

lines(F) ->
    case file:read_line(F) of
        {ok, Line} -> [Line | lines(F)];
        eof -> []
    end.

positions(File) ->
    {ok, W} = file:open(File, [write, raw, binary, {zstd, #{}}]),
    ok = file:write(W, <<"0123456789">>),
    t:p(file:position(W, 20)),
    t:p(file:position(W, 2)),
    t:p(file:write(W, <<"end">>)),
    t:p(file:close(W)),
    {ok, R} = file:open(File, [read, raw, binary, {zstd, #{}}]),
    t:p(file:read(R, 5)),
    t:p(file:position(R, 2)),
    t:p(file:read(R, 4)),
    t:p(file:position(R, {cur, 1})),
    t:p(file:read(R, 100)),
    t:p(file:position(R, bof)),
    t:p(file:pread(R, 8, 3)),
    t:p(file:position(R, eof)),
    t:p(file:write(R, <<"x">>)),
    t:p(file:close(R)).

dictionary(File) ->
    Dict = <<"all the words that there are in this file">>,
    {ok, W} = file:open(File, [write, {zstd, #{dictionary => Dict}}]),
    ok = file:write(W, "words that there are"),
    t:p(file:close(W)),
    {ok, R} = file:open(File, [read, {zstd, #{dictionary => Dict}}]),
    t:p(file:read(R, 100)),
    t:p(file:close(R)),
    {ok, S} = file:open(File, [read, raw, {zstd, #{}}]),
    t:p(t:r(fun() -> file:read(S, 100) end)),
    t:p(t:r(fun() -> file:close(S) end)).

wrong(File) ->
    [t:x(Options, fun() -> file:open(File, Options) end) ||
        Options <- [[write, {zstd, #{windowLog => 1}}], [write, {zstd, #{abc => 1}}], [read, {zstd, #{windowLog => 10}}], [write, {zstd, abc}],
                    [read, write, {zstd, #{}}], [append, {zstd, #{}}], [write, raw, {zstd, #{windowLog => 1}}],
                    [write, {zstd, []}]]],
    %% Damaged within.
    ok = file:write_file(File, [zstd:compress(<<"good">>), <<"rubbish">>]),
    {ok, R} = file:open(File, [read, raw, binary, {zstd, #{}}]),
    t:p(t:r(fun() -> file:read(R, 4) end)),
    t:p(t:r(fun() -> file:read(R, 100) end)),
    t:p(t:r(fun() -> file:close(R) end)).
