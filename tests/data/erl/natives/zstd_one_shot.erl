%% since: 29
%% timeout: 120
-module(zstd_one_shot).
-export([main/0]).

main() ->
    small(),
    iolists(),
    bits(),
    frames(),
    levels(),
    big(),
    with_a_context().

bin(Data) -> iolist_to_binary(Data).

%% Compressed and back: what it takes, and whether it is the same.
there_and_back(Data) ->
    C = bin(zstd:compress(Data)),
    {byte_size(C), bin(zstd:decompress(C)) =:= bin(Data)}.

small() ->
    t:p(empty, zstd:compress(<<>>)),
    t:p(empty_back, zstd:decompress(zstd:compress(<<>>))),
    t:p(abc, zstd:compress(<<"abc">>)),
    t:p(abc_back, zstd:decompress(zstd:compress(<<"abc">>))),
    t:p(as, zstd:compress(binary:copy(<<"a">>, 1000))),
    t:p(as_back, bin(zstd:decompress(zstd:compress(binary:copy(<<"a">>, 1000)))) =:= binary:copy(<<"a">>, 1000)),
    t:p(words, zstd:compress(<<"one two three one two three one two three and four">>)),
    [t:p(Size, there_and_back(text(Size))) || Size <- [1, 63, 64, 65, 255, 256, 257, 65535, 65536, 65537, 131071, 131072, 131073]].

iolists() ->
    One = bin(zstd:compress(<<"hello world">>)),
    t:p([bin(zstd:compress(Data)) =:= One ||
            Data <- ["hello world", ["hello", $\s, <<"world">>], [[[]], "hello" | <<" world">>], [<<"hello">>, [[<<" ">>], "world"], []]]]),
    t:p([zstd:compress(Data) || Data <- [[], [[]], [<<>>], [<<>>, [<<>> | <<>>]]]]),
    t:p(zstd:decompress(binary_to_list(One))),
    t:p(bin(zstd:decompress([<<Byte>> || <<Byte>> <= One]))),
    %% Pieces that iolist_to_iovec/1 does not put together.
    Pieces = [text(N * 1000) || N <- lists:seq(1, 40)],
    C = zstd:compress(Pieces),
    t:p(iolist_size(C)),
    t:p(bin(zstd:decompress(C)) =:= bin(Pieces)),
    [t:x(fun() -> zstd:compress(Wrong) end) || Wrong <- [abc, 1, {a}, #{}, [a], [256], [-1], ["a" | b], <<1:3>>, [<<1:3>>]]],
    [t:x(fun() -> zstd:decompress(Wrong) end) || Wrong <- [abc, 1, [a], <<1:3>>, []]].

%% Bytes that begin within a byte.
bits() ->
    Text = text(1000),
    <<_:3, Shifted:1000/binary, _/bits>> = <<5:3, Text/binary, 1:5>>,
    C = zstd:compress(t:id(Shifted)),
    t:p(bin(C) =:= bin(zstd:compress(Text))),
    Size = iolist_size(C),
    <<_:5, Moved:Size/binary, _/bits>> = <<5:5, (bin(C))/binary, 1:3>>,
    t:p(bin(zstd:decompress(t:id(Moved))) =:= Text),
    {ok, Ctx} = zstd:context(decompress),
    t:p(zstd:finish(Ctx, t:id(Moved)) =:= {done, [Text]}).

frames() ->
    A = bin(zstd:compress(<<"first ">>)),
    B = bin(zstd:compress(text(200000))),
    C = bin(zstd:compress(<<"last">>)),
    t:p(zstd:decompress([A, C])),
    t:p(zstd:decompress(<<A/binary, C/binary>>)),
    t:p(bin(zstd:decompress([A, B, C])) =:= bin(["first ", text(200000), "last"])),
    t:p(bin(zstd:decompress(bin([A, B, C]))) =:= bin(["first ", text(200000), "last"])),
    %% Frames to be skipped, before, between and behind.
    Skip = fun(N, Data) -> <<(16#184D2A50 + N):32/little, (byte_size(Data)):32/little, Data/binary>> end,
    t:p(zstd:decompress([Skip(0, <<"anything">>), A, Skip(15, <<>>), C, Skip(7, text(300000))])),
    t:p(zstd:decompress(bin([Skip(0, <<"anything">>), A, Skip(15, <<>>), C, Skip(7, text(3000))]))),
    t:p(zstd:decompress(Skip(3, <<"nothing else">>))),
    t:p(zstd:decompress([<<Byte>> || <<Byte>> <= bin([Skip(0, <<"anything">>), A, Skip(1, <<"more">>)])])),
    %% What is behind a frame must be one.
    t:x(fun() -> zstd:decompress([A, <<"rubbish">>]) end),
    t:x(fun() -> zstd:decompress(<<A/binary, "rubbish">>) end),
    t:x(fun() -> zstd:decompress(<<A/binary, 0>>) end).

levels() ->
    Text = text(60000),
    Sizes = [begin
                 C = bin(zstd:compress(Text, #{compressionLevel => Level})),
                 true = bin(zstd:decompress(C)) =:= Text,
                 {Level, byte_size(C), erlang:md5(C)}
             end || Level <- [-131072, -22, -5, -1 | lists:seq(0, 22)] ++ [23, 1000]],
    [t:p(Level, {Size, MD5}) || {Level, Size, MD5} <- Sizes],
    t:x(fun() -> zstd:compress(Text, #{compressionLevel => best}) end).

%% A few megabytes: text, chance, and nothing but zeroes.
big() ->
    Text = text(3000000),
    Chance = chance(2000000),
    Zeroes = <<0:(8 * 20000000)>>,
    [begin
         C = zstd:compress(Data),
         Whole = bin(C),
         Back = zstd:decompress(Whole),
         t:p(Name, {length(C), lists:sum(tl(lists:reverse([byte_size(P) || P <- C]))), byte_size(Whole), erlang:md5(Whole)}),
         t:p(Name, {length(Back), lists:max([byte_size(P) || P <- Back]), erlang:md5(Back) =:= erlang:md5(Data)})
     end || {Name, Data} <- [{text, Text}, {chance, Chance}, {zeroes, Zeroes}]],
    Long = zstd:compress([Text, Chance, Text], #{enableLongDistanceMatching => true, windowLog => 23, compressionLevel => 1}),
    t:p(long, iolist_size(Long)),
    t:p(long, bin(zstd:decompress(Long)) =:= bin([Text, Chance, Text])).

with_a_context() ->
    {ok, C} = zstd:context(compress, #{compressionLevel => 19, checksumFlag => true}),
    {ok, D} = zstd:context(decompress, #{windowLogMax => 20}),
    t:p([bin(zstd:decompress(zstd:compress(text(Size), C), D)) =:= text(Size) || Size <- [0, 10, 1000, 300000, 1, 0]]),
    t:p(zstd:compress(<<"abc">>, C)),
    ok = zstd:close(C),
    ok = zstd:close(D),
    t:x(fun() -> zstd:compress(<<"abc">>, C) end),
    t:x(fun() -> zstd:decompress(zstd:compress(<<"abc">>), D) end),
    t:x(fun() -> zstd:compress(<<"abc">>, D) end),
    t:x(fun() -> zstd:compress(<<"abc">>, foo) end).

%% Words by chance.
text(Size) -> text(Size, 1, []).

text(Size, _, Words) when Size =< 0 -> binary:part(bin(Words), 0, byte_size(bin(Words)) + Size);
text(Size, Seed, Words) ->
    Next = (Seed * 1103515245 + 12345) band 16#7fffffff,
    Word = element((Next bsr 12) band 15 + 1,
                   {<<"oak ">>, <<"elm ">>, <<"ash ">>, <<"lime ">>, <<"pear ">>, <<"maple ">>, <<"birch ">>, <<"alder ">>, <<"willow ">>, <<"poplar ">>,
                    <<"chestnut ">>, <<"yew ">>, <<"juniper ">>, <<"hazel\n">>, <<"rowan, ">>, <<"beech. ">>}),
    text(Size - byte_size(Word), Next, [Words, Word]).

chance(Size) -> binary:part(bin([erlang:md5(<<N:32>>) || N <- lists:seq(0, Size div 16)]), 0, Size).
