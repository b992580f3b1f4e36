%% since: 29
%% timeout: 120
-module(zstd_frames).
-export([main/0]).

main() ->
    headers(),
    skippable(),
    made_up(),
    claims(),
    cut_off(),
    every_bit(),
    checksum(),
    wrong().

bin(Data) -> iolist_to_binary(Data).

headers() ->
    [t:p(zstd:get_frame_header(zstd:compress(Data, Parameters))) ||
        Data <- [<<>>, <<"abc">>, binary:copy(<<"a">>, 255), binary:copy(<<"b">>, 256), binary:copy(<<"c">>, 65791), binary:copy(<<"d">>, 65792), <<0:(8 * 3000000)>>],
        Parameters <- [#{}, #{checksumFlag => true}, #{contentSizeFlag => false}, #{windowLog => 10}]],
    {ok, Ctx} = zstd:context(compress, #{checksumFlag => true}),
    {continue, A} = zstd:stream(Ctx, <<"abc">>),
    {done, B} = zstd:finish(Ctx, <<"def">>),
    t:p(zstd:get_frame_header([A, B])),
    %% Any iodata; only the first frame counts.
    C = bin(zstd:compress(<<"abc">>)),
    t:p([zstd:get_frame_header(X) =:= zstd:get_frame_header(C) || X <- [[C], binary_to_list(C), [[], C | <<"more">>], [C, C], <<C/binary, "rubbish">>]]).

skippable() ->
    [t:p(N, zstd:get_frame_header(<<(16#184D2A50 + N):32/little, (N * 1000):32/little, "data">>)) || N <- lists:seq(-1, 16)],
    t:p(zstd:get_frame_header(<<16#184D2A50:32/little, 16#ffffffff:32/little>>)).

%% Headers by hand: descriptor, window, dictionary, size.
made_up() ->
    [t:p(D, zstd:get_frame_header(<<40, 181, 47, 253, D, (binary:copy(<<1>>, 20))/binary>>)) || D <- lists:seq(0, 255)],
    [t:p(W, zstd:get_frame_header(<<40, 181, 47, 253, 0, W, 0>>)) || W <- lists:seq(0, 255, 5)],
    [t:p({F, S}, zstd:get_frame_header(<<40, 181, 47, 253, (F bsl 6 + 16#20), S:64/little>>)) ||
        F <- [0, 1, 2, 3], S <- [0, 1, 255, 256, 65535, 1 bsl 32 - 1, 1 bsl 59, 1 bsl 60, 1 bsl 63, 1 bsl 64 - 2, 1 bsl 64 - 1]].

%% Sizes that nobody has room for.
claims() ->
    Huge = [<<40, 181, 47, 253, 16#e0, Size:64/little, 1, 0, 0>> || Size <- [1 bsl 20, 1 bsl 40, 1 bsl 62, 1 bsl 64 - 2, 1 bsl 64 - 1]],
    [t:x(fun() -> zstd:decompress(Frame) end) || Frame <- Huge],
    [t:x(fun() -> zstd:decompress(Frame, #{windowLogMax => 31}) end) || Frame <- Huge],
    %% A window of that size, and an empty block.
    Windows = [<<40, 181, 47, 253, 0, (Log bsl 3), 1, 0, 0>> || Log <- [0, 10, 16, 17, 18, 20, 21, 22, 31]],
    [t:x(fun() -> zstd:decompress(Frame) end) || Frame <- Windows],
    [t:x(fun() -> zstd:decompress([<<B>> || <<B>> <= Frame]) end) || Frame <- Windows],
    t:x(fun() -> zstd:decompress(<<40, 181, 47, 253, 0, 16#58, 1, 0, 0>>, #{windowLogMax => 10}) end),
    %% Less than was said, and more.
    [t:x(Size, fun() -> zstd:decompress(<<40, 181, 47, 253, 16#20, Size, 25, 0, 0, "abc">>) end) || Size <- [0, 1, 2, 3, 4, 255]],
    %% Skippable frames that are longer than all there is.
    t:x(fun() -> zstd:decompress(<<16#184D2A50:32/little, 16#ffffffff:32/little, "data">>) end),
    t:x(fun() -> zstd:decompress([<<16#184D2A50:32/little, 6:32/little, "data">>, <<"xx">>, zstd:compress(<<"abc">>)]) end),
    %% One byte, very often.
    Run = <<40, 181, 47, 253, 0, 16#58, (bin([<<(1 bsl 20 + 2):24/little, "a">> || _ <- lists:seq(1, 50)]))/binary, 1, 0, 0>>,
    t:x(fun() -> iolist_size(zstd:decompress(Run)) end),
    Small = <<40, 181, 47, 253, 0, 16#58, (bin([<<(1 bsl 20 - 6):24/little, "a">> || _ <- lists:seq(1, 50)]))/binary, 1, 0, 0>>,
    t:x(fun() -> iolist_size(zstd:decompress(Small)) end).

cut_off() ->
    Frames = [bin(zstd:compress(<<"some data, some more data">>, #{checksumFlag => true})), bin(zstd:compress(text(1000)))],
    [begin
         t:p(N, zstd:get_frame_header(binary:part(Frame, 0, N))),
         t:p(N, t:r(fun() -> zstd:get_dict_id(binary:part(Frame, 0, N)) end))
     end || Frame <- Frames, N <- lists:seq(6, 12)],
    [t:p([size_or_reason(binary:part(Frame, 0, N)) || N <- lists:seq(1, byte_size(Frame))]) || Frame <- Frames],
    [t:p([size_or_reason([<<B>> || <<B>> <= binary:part(Frame, 0, N)]) || N <- lists:seq(1, byte_size(Frame))]) || Frame <- Frames],
    %% Three bytes say already that it is none.
    [t:p(B, zstd:get_frame_header(B)) || B <- [<<"a">>, <<"abc">>, <<"abcd">>, <<40, 181, 48>>, <<16#50, 16#2a, 16#4e>>, <<"rubbish">>]].

size_or_reason(Data) ->
    try bin(zstd:decompress(Data)) of
        Out -> {byte_size(Out), erlang:phash2(Out)}
    catch
        error:{zstd_error, Text} -> Text
    end.

%% Damage anywhere: the same error, or the same data.
every_bit() ->
    Frames = [bin(zstd:compress(text(400), Parameters)) || Parameters <- [#{}, #{checksumFlag => true}, #{compressionLevel => 19}]],
    [begin
         Found = [begin
                      <<Before:N/bits, Bit:1, After/bits>> = Frame,
                      size_or_reason(<<Before/bits, (1 - Bit):1, After/bits>>)
                  end || N <- lists:seq(0, bit_size(Frame) - 1)],
         Reasons = lists:sort([R || R <- Found, is_binary(R)]),
         t:p([{R, length([X || X <- Reasons, X =:= R])} || R <- lists:usort(Reasons)]),
         t:p({bit_size(Frame), erlang:phash2(Found)})
     end || Frame <- Frames].

checksum() ->
    Frame = bin(zstd:compress(<<"some data">>, #{checksumFlag => true})),
    t:p(Frame),
    Before = byte_size(Frame) - 4,
    <<Start:Before/binary, Sum:32/little>> = Frame,
    t:x(fun() -> zstd:decompress(<<Start/binary, (Sum + 1):32/little>>) end),
    {ok, D} = zstd:context(decompress),
    t:p(zstd:stream(D, Start)),
    t:x(fun() -> zstd:finish(D, <<(Sum + 1):32/little>>) end),
    t:p(zstd:finish(D, Frame)).

wrong() ->
    [t:x(fun() -> zstd:get_frame_header(X) end) || X <- [abc, 1, <<1:1>>, [abc], [256], {}, #{}, ["a" | b]]],
    [t:x(fun() -> zstd:decompress(X) end) || X <- [<<"a">>, <<"rubbish">>, <<0:800>>, [<<"rub">>, <<"bish">>]]].

text(Size) -> text(Size, 1, []).

text(Size, _, Words) when Size =< 0 -> binary:part(bin(Words), 0, byte_size(bin(Words)) + Size);
text(Size, Seed, Words) ->
    Next = (Seed * 1103515245 + 12345) band 16#7fffffff,
    Word = element((Next bsr 12) band 7 + 1, {<<"oak ">>, <<"elm ">>, <<"ash ">>, <<"lime ">>, <<"pear ">>, <<"maple ">>, <<"birch\n">>, <<"alder, ">>}),
    text(Size - byte_size(Word), Next, [Words, Word]).
