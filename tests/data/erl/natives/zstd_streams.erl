%% since: 29
%% timeout: 120
-module(zstd_streams).
-export([main/0]).

main() ->
    compress(),
    flush(),
    reset(),
    pledge(),
    decompress(),
    rest(),
    again_after_an_error(),
    bytes().

bin(Data) -> iolist_to_binary(Data).

compress() ->
    {ok, Ctx} = zstd:context(compress),
    t:p(zstd:stream(Ctx, <<"a">>)),
    t:p(zstd:stream(Ctx, "b")),
    t:p(zstd:stream(Ctx, [])),
    t:p(zstd:stream(Ctx, [[<<>>]])),
    t:p(zstd:finish(Ctx, <<"c">>)),
    t:p(zstd:finish(Ctx, <<"abc">>)),
    t:p(zstd:finish(Ctx, [])),
    t:p(zstd:finish(Ctx, <<>>)),
    t:p(zstd:finish(Ctx, [<<"abc">>])),
    t:p(zstd:finish(Ctx, ["a", <<"bc">>])),
    t:p(zstd:finish(Ctx, [$a, [$b | <<"c">>]])),
    %% More than one binary: the first is taken, the rest comes back.
    Large = text(3000),
    {continue, [_ | _] = Remain, _} = zstd:stream(Ctx, [Large, Large, Large]),
    t:p(bin(Remain) =:= bin([Large, Large])),
    {done, Tail} = zstd:finish(Ctx, Remain),
    t:p({length(Tail), iolist_size(Tail)}),
    t:p(zstd:reset(Ctx)),
    t:p(zstd:close(Ctx)).

flush() ->
    {ok, Ctx} = zstd:context(compress),
    {ok, D} = zstd:context(decompress),
    t:p(zstd:flush(Ctx)),
    {continue, A1} = zstd:stream(Ctx, <<"hello ">>),
    {continue, A2} = zstd:flush(Ctx),
    t:p({A1, A2}),
    t:p(zstd:flush(Ctx)),
    {continue, D1} = zstd:stream(D, bin([A1, A2])),
    t:p(D1),
    {continue, B1} = zstd:stream(Ctx, <<"world">>),
    {done, B2} = zstd:finish(Ctx, <<"!">>),
    t:p({B1, B2}),
    t:p(zstd:finish(D, bin([B1, B2]))),
    t:p(zstd:flush(Ctx)),
    t:p(zstd:finish(Ctx, <<>>)),
    Chance = chance(400000),
    Put = fun Put(Data) ->
                  case zstd:stream(Ctx, Data) of
                      {continue, Rest, Out} -> [Out | Put(Rest)];
                      {continue, Out} -> [Out]
                  end
          end,
    C1 = Put(Chance),
    {continue, C2} = zstd:flush(Ctx),
    t:p({[byte_size(P) || P <- C1], byte_size(C2)}),
    {done, C3} = zstd:finish(Ctx, <<>>),
    t:p(C3),
    t:p(bin(zstd:decompress([C1, C2, C3])) =:= Chance),
    t:x(fun() -> zstd:flush(D) =:= ok end),
    t:x(fun() -> zstd:flush(x) end).

reset() ->
    {ok, Ctx} = zstd:context(compress, #{checksumFlag => true}),
    {continue, _} = zstd:stream(Ctx, <<"forgotten">>),
    t:p(zstd:reset(Ctx)),
    t:p(zstd:finish(Ctx, <<"kept">>)),
    t:p(zstd:reset(Ctx)),
    t:p(zstd:reset(Ctx)),
    t:p(zstd:finish(Ctx, <<"kept">>)),
    {ok, D} = zstd:context(decompress),
    <<Begin:7/binary, End/binary>> = bin(zstd:compress(<<"some data">>)),
    t:p(zstd:stream(D, Begin)),
    t:p(zstd:reset(D)),
    t:x(fun() -> zstd:stream(D, End) end),
    t:p(zstd:stream(D, Begin)),
    t:p(zstd:finish(D, End)),
    t:p(zstd:stream(D, Begin)),
    t:p(zstd:stream(D, End)),
    t:p(zstd:finish(D, <<>>)),
    t:p(zstd:finish(D, <<>>)),
    %% Cut off: what there is comes out, and the context is as new.
    t:p(zstd:finish(D, Begin)),
    t:p(zstd:finish(D, bin([Begin, End]))).

pledge() ->
    {ok, Ctx} = zstd:context(compress, #{pledgedSrcSize => 6}),
    {continue, A} = zstd:stream(Ctx, <<"abc">>),
    {done, B} = zstd:finish(Ctx, <<"def">>),
    t:p(bin([A, B])),
    t:p(zstd:get_frame_header([A, B])),
    %% It holds for one frame.
    {continue, C} = zstd:stream(Ctx, <<"abc">>),
    {done, D} = zstd:finish(Ctx, <<"def">>),
    t:p(zstd:get_frame_header([C, D])),
    t:p(zstd:set_parameter(Ctx, pledgedSrcSize, 5)),
    {continue, _} = zstd:stream(Ctx, <<"abc">>),
    t:x(fun() -> zstd:finish(Ctx, <<"def">>) end),
    t:p(zstd:set_parameter(Ctx, pledgedSrcSize, 7)),
    {continue, _} = zstd:stream(Ctx, <<"abc">>),
    t:x(fun() -> zstd:finish(Ctx, <<"def">>) end),
    t:p(zstd:set_parameter(Ctx, pledgedSrcSize, 3)),
    {continue, _} = zstd:stream(Ctx, <<"a">>),
    t:x(fun() -> zstd:set_parameter(Ctx, pledgedSrcSize, 3) end),
    t:p(zstd:reset(Ctx)),
    [t:x(fun() -> zstd:set_parameter(Ctx, pledgedSrcSize, Size) end) || Size <- [-1, 1 bsl 64, 1 bsl 65, a, 1.0, "1"]],
    [begin
         t:p(Size, zstd:set_parameter(Ctx, pledgedSrcSize, Size)),
         t:x(Size, fun() -> zstd:finish(Ctx, <<"abc">>) end),
         t:p(Size, zstd:set_parameter(Ctx, pledgedSrcSize, Size)),
         t:x(Size, fun() -> zstd:stream(Ctx, <<"abc">>) end),
         t:p(Size, zstd:reset(Ctx))
     end || Size <- [0, 1 bsl 40, 1 bsl 60, (1 bsl 64) - 2, (1 bsl 64) - 1]].

decompress() ->
    {ok, D} = zstd:context(decompress),
    Text = text(500000),
    C = bin(zstd:compress(Text)),
    %% The whole at once: some comes out, the rest of the input comes back.
    {continue, R1, O1} = zstd:stream(D, C),
    t:p({byte_size(O1), byte_size(R1) < byte_size(C), is_binary(R1)}),
    {done, O2} = zstd:finish(D, R1),
    t:p({[byte_size(P) || P <- O2], bin([O1, O2]) =:= Text}),
    %% In pieces of several sizes.
    [t:p(Size, bin(in_pieces(D, C, Size)) =:= Text) || Size <- [10, 100, 1000, 131072, 1000000]],
    %% A small frame has its size in the header, and its binary is no larger.
    t:p(zstd:stream(D, bin(zstd:compress(<<"small">>)))),
    t:p(zstd:stream(D, bin(zstd:compress(<<"small too">>)))),
    t:p(zstd:finish(D, bin(zstd:compress(<<"and this">>)))),
    %% Two frames, of which the first ends in the middle of a piece.
    Two = bin([zstd:compress(<<"one">>), zstd:compress(<<"two">>)]),
    [begin
         <<A:N/binary, B/binary>> = Two,
         {continue, OA} = zstd:stream(D, A),
         {done, OB} = zstd:finish(D, B),
         t:p(N, {OA, bin(OB)})
     end || N <- lists:seq(0, byte_size(Two))].

in_pieces(D, <<Piece:100/binary, Rest/binary>>, 100) -> put_in(D, Piece) ++ in_pieces(D, Rest, 100);
in_pieces(D, Data, Size) when byte_size(Data) > Size ->
    <<Piece:Size/binary, Rest/binary>> = Data,
    put_in(D, Piece) ++ in_pieces(D, Rest, Size);
in_pieces(D, Data, _) -> {done, Out} = zstd:finish(D, Data), Out.

put_in(D, Data) ->
    case zstd:stream(D, Data) of
        {continue, Rest, Out} -> [Out | put_in(D, Rest)];
        {continue, Out} -> [Out]
    end.

%% What comes back as a rest is what was left of the input, to the byte.
rest() ->
    {ok, D} = zstd:context(decompress),
    C = bin([zstd:compress(text(131072)), zstd:compress(text(131072))]),
    {continue, R, O} = zstd:stream(D, C),
    t:p({byte_size(O), binary:longest_common_suffix([R, C]) =:= byte_size(R)}),
    {continue, More} = zstd:stream(D, R),
    t:p(byte_size(More)).

%% An error takes the context back to a beginning, and leaves what was set.
again_after_an_error() ->
    {ok, Ctx} = zstd:context(compress, #{checksumFlag => true}),
    {continue, _} = zstd:stream(Ctx, <<"lost">>),
    t:x(fun() -> zstd:stream(Ctx, foo) end),
    t:p(zstd:finish(Ctx, <<"kept">>)),
    {continue, _} = zstd:stream(Ctx, <<"lost">>),
    t:x(fun() -> zstd:stream(Ctx, <<1:3>>) end),
    t:p(zstd:finish(Ctx, <<"kept">>)),
    {continue, _} = zstd:stream(Ctx, <<"not lost">>),
    t:x(fun() -> zstd:stream(Ctx, [foo]) end),
    t:p(zstd:finish(Ctx, <<", kept">>)),
    {ok, D} = zstd:context(decompress),
    C = <<Begin:8/binary, _/binary>> = bin(zstd:compress(<<"some data">>)),
    {continue, _} = zstd:stream(D, Begin),
    t:x(fun() -> zstd:stream(D, foo) end),
    t:p(zstd:finish(D, C)),
    t:x(fun() -> zstd:stream(D, <<"rubbish">>) end),
    t:p(zstd:finish(D, C)),
    t:x(fun() -> zstd:stream(D, foo) end),
    t:p(zstd:finish(D, C)),
    [t:x(fun() -> zstd:stream(X, Data) end) || X <- [Ctx, D], Data <- [foo, 1, [<<1:3>>], [foo | bar], {}]],
    [t:x(fun() -> zstd:finish(X, Data) end) || X <- [Ctx, D], Data <- [foo, <<1:3>>, ["a" | bar]]].

%% Byte by byte, both ways.
bytes() ->
    {ok, Ctx} = zstd:context(compress),
    {ok, D} = zstd:context(decompress),
    Text = text(2000),
    C = [begin {continue, Out} = zstd:stream(Ctx, <<B>>), Out end || <<B>> <= Text],
    {done, End} = zstd:finish(Ctx, <<>>),
    Whole = bin([C, End]),
    t:p({byte_size(Whole), erlang:md5(Whole)}),
    Back = [begin {continue, Out} = zstd:stream(D, <<B>>), Out end || <<B>> <= Whole],
    t:p(zstd:finish(D, <<>>)),
    t:p(bin(Back) =:= Text),
    Flushed = [begin {continue, O1} = zstd:stream(Ctx, <<B>>), {continue, O2} = zstd:flush(Ctx), [O1, O2] end || <<B>> <= <<"flush">>],
    {done, Last} = zstd:finish(Ctx, <<>>),
    t:p({Flushed, Last}),
    t:p(bin(zstd:decompress([Flushed, Last]))).

text(Size) -> text(Size, 1, []).

text(Size, _, Words) when Size =< 0 -> binary:part(bin(Words), 0, byte_size(bin(Words)) + Size);
text(Size, Seed, Words) ->
    Next = (Seed * 1103515245 + 12345) band 16#7fffffff,
    Word = element((Next bsr 12) band 7 + 1, {<<"oak ">>, <<"elm ">>, <<"ash ">>, <<"lime ">>, <<"pear ">>, <<"maple ">>, <<"birch\n">>, <<"alder, ">>}),
    text(Size - byte_size(Word), Next, [Words, Word]).

chance(Size) -> binary:part(bin([erlang:md5(<<N:32>>) || N <- lists:seq(0, Size div 16)]), 0, Size).
