%% since: 29
-module(zstd_parameters).
-export([main/0]).

main() ->
    defaults(),
    bounds(),
    booleans(),
    strategies(),
    wrong(),
    in_the_middle(),
    effects(),
    of_decompression(),
    no_contexts().

bin(Data) -> iolist_to_binary(Data).

numbers() ->
    [compressionLevel, windowLog, hashLog, chainLog, searchLog, minMatch, targetLength, targetCBlockSize, ldmHashLog, ldmMinMatch, ldmBucketSizeLog,
     ldmHashRateLog].

flags() -> [enableLongDistanceMatching, contentSizeFlag, checksumFlag, dictIDFlag].

strategy_names() -> [default, fast, dfast, greedy, lazy, lazy2, btlazy2, btopt, btultra, btultra2].

defaults() ->
    {ok, Ctx} = zstd:context(compress),
    [t:p(Key, zstd:get_parameter(Ctx, Key)) || Key <- numbers() ++ flags() ++ [strategy]].

%% Each number: which values are taken, and what they become.
bounds() ->
    {ok, Ctx} = zstd:context(compress),
    Values = [-(1 bsl 31), -131073, -131072, -23, -22, -1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 1339, 1340, 4096, 4097,
              131071, 131072, 131073, (1 bsl 31) - 1],
    [begin
         Taken = [case t:r(fun() -> zstd:set_parameter(Ctx, Key, Value) end) of
                      ok -> {Value, zstd:get_parameter(Ctx, Key)};
                      {error, {zstd_error, Text}, _} -> {Value, Text}
                  end || Value <- Values],
         t:p(Key, [V || {V, Is} <- Taken, V =:= Is]),
         t:p(Key, [Other || {V, Is} = Other <- Taken, is_integer(Is), V =/= Is]),
         t:p(Key, lists:usort([Text || {_, Text} <- Taken, is_binary(Text)])),
         [t:x(Key, fun() -> zstd:set_parameter(Ctx, Key, Wrong) end) || Wrong <- [1 bsl 31, -(1 bsl 31) - 1, 1 bsl 70, 1.0, abc, true, "1", <<1>>]]
     end || Key <- numbers()].

booleans() ->
    {ok, Ctx} = zstd:context(compress),
    [begin
         t:p(Key, [{zstd:set_parameter(Ctx, Key, Value), zstd:get_parameter(Ctx, Key)} || Value <- [true, false, true]]),
         [t:x(Key, fun() -> zstd:set_parameter(Ctx, Key, Wrong) end) || Wrong <- [1, 0, yes, undefined, [], <<>>]]
     end || Key <- flags()].

strategies() ->
    {ok, Ctx} = zstd:context(compress),
    t:p([{zstd:set_parameter(Ctx, strategy, Name), zstd:get_parameter(Ctx, strategy)} || Name <- strategy_names()]),
    [t:x(fun() -> zstd:set_parameter(Ctx, strategy, Wrong) end) || Wrong <- [0, 1, best, "fast", <<"fast">>]],
    Text = text(20000),
    [begin
         C = bin(zstd:compress(Text, #{strategy => Name})),
         t:p(Name, {byte_size(C), erlang:md5(C), bin(zstd:decompress(C)) =:= Text})
     end || Name <- strategy_names()].

wrong() ->
    {ok, Ctx} = zstd:context(compress),
    {ok, D} = zstd:context(decompress),
    [t:x(fun() -> zstd:set_parameter(X, Key, 1) end) || X <- [Ctx, D], Key <- [abc, 1, "windowLog", <<"windowLog">>, nbWorkers, windowLogMax, 'WindowLog', {a}]],
    [t:x(fun() -> zstd:get_parameter(X, Key) end) || X <- [Ctx, D], Key <- [abc, 1, dictionary, pledgedSrcSize, windowLogMax, windowLog, []]],
    t:x(fun() -> zstd:set_parameter(D, windowLog, x) end),
    t:x(fun() -> zstd:context(compress, #{abc => 1}) end),
    t:x(fun() -> zstd:context(compress, #{windowLog => 1}) end),
    t:x(fun() -> zstd:context(compress, [{windowLog, 10}]) end),
    t:x(fun() -> zstd:context(decompress, #{windowLog => 10}) end),
    t:x(fun() -> zstd:context(other) end),
    t:x(fun() -> zstd:context(other, #{}) end),
    t:x(fun() -> zstd:context(compress, abc) end),
    t:x(fun() -> zstd:compress(<<"abc">>, #{checksumFlag => 1}) end),
    t:x(fun() -> zstd:decompress(<<"abc">>, #{windowLogMax => 1}) end).

%% Which parameters may change while a frame is written.
in_the_middle() ->
    {ok, Ctx} = zstd:context(compress),
    {continue, _} = zstd:stream(Ctx, <<"abc">>),
    [t:x(Key, fun() -> zstd:set_parameter(Ctx, Key, 10) end) || Key <- numbers()],
    [t:x(Key, fun() -> zstd:set_parameter(Ctx, Key, true) end) || Key <- flags()],
    t:x(strategy, fun() -> zstd:set_parameter(Ctx, strategy, fast) end),
    t:x(dictionary, fun() -> zstd:set_parameter(Ctx, dictionary, <<"abc">>) end),
    [t:p(Key, zstd:get_parameter(Ctx, Key)) || Key <- numbers()],
    t:p(zstd:finish(Ctx, <<"def">>)),
    t:p(zstd:set_parameter(Ctx, checksumFlag, true)),
    t:p(zstd:finish(Ctx, <<"def">>)),
    {ok, D} = zstd:context(decompress),
    {continue, _} = zstd:stream(D, <<40, 181, 47, 253, 32>>),
    t:x(fun() -> zstd:set_parameter(D, windowLogMax, 20) end),
    t:x(fun() -> zstd:set_parameter(D, dictionary, <<"abc">>) end),
    t:p(zstd:get_parameter(D, windowLogMax)),
    t:p(zstd:finish(D, <<2, 17, 0, 0, 97, 98>>)),
    t:p(zstd:set_parameter(D, windowLogMax, 20)),
    t:p(zstd:get_parameter(D, windowLogMax)),
    %% Nothing has come yet.
    {ok, E} = zstd:context(decompress),
    {continue, <<>>} = zstd:stream(E, <<>>),
    t:x(fun() -> zstd:set_parameter(E, windowLogMax, 20) end).

effects() ->
    Text = text(20000),
    [begin
         C = bin(zstd:compress(Text, Parameters)),
         t:p({maps:to_list(Parameters), byte_size(C), erlang:md5(C), bin(zstd:decompress(C)) =:= Text}),
         t:p(zstd:get_frame_header(C))
     end || Parameters <- [#{windowLog => 10}, #{hashLog => 6}, #{chainLog => 6}, #{searchLog => 8}, #{minMatch => 7}, #{targetLength => 500},
                           #{targetCBlockSize => 1340}, #{enableLongDistanceMatching => true}, #{ldmHashLog => 6}, #{ldmMinMatch => 4},
                           #{ldmBucketSizeLog => 1}, #{ldmHashRateLog => 1}, #{contentSizeFlag => false}, #{checksumFlag => true}, #{dictIDFlag => false}]],
    C = bin(zstd:compress(Text, #{windowLog => 10, enableLongDistanceMatching => true, ldmHashLog => 7, ldmMinMatch => 8, ldmBucketSizeLog => 2,
                                  ldmHashRateLog => 1, contentSizeFlag => false, checksumFlag => true, strategy => btultra2})),
    t:p({byte_size(C), erlang:md5(C), bin(zstd:decompress(C)) =:= Text}).

of_decompression() ->
    {ok, D} = zstd:context(decompress),
    t:p(zstd:get_parameter(D, windowLogMax)),
    [t:x(Value, fun() -> {zstd:set_parameter(D, windowLogMax, Value), zstd:get_parameter(D, windowLogMax)} end) ||
        Value <- [-1, 0, 1, 9, 10, 11, 20, 30, 31, 32, 1 bsl 31, 1.0, abc]],
    %% A frame that wants more than it may have.
    {ok, Ctx} = zstd:context(compress, #{windowLog => 21}),
    {continue, A} = zstd:stream(Ctx, <<"abc">>),
    {done, B} = zstd:finish(Ctx, <<>>),
    Frame = bin([A, B]),
    t:p(zstd:get_frame_header(Frame)),
    t:p(zstd:set_parameter(D, windowLogMax, 20)),
    t:x(fun() -> zstd:decompress(Frame, D) end),
    t:p(zstd:set_parameter(D, windowLogMax, 21)),
    t:x(fun() -> zstd:decompress(Frame, D) end).

no_contexts() ->
    {ok, {compress, R} = Ctx} = zstd:context(compress),
    {ok, {decompress, S}} = zstd:context(decompress),
    Wrong = [abc, {compress, abc}, {compress, make_ref()}, {compress, S}, {decompress, R}, {decompress, 1}, R, {Ctx}],
    [t:x(fun() -> zstd:set_parameter(X, windowLog, 10) end) || X <- Wrong],
    [t:x(fun() -> zstd:get_parameter(X, windowLog) end) || X <- Wrong],
    [t:x(fun() -> zstd:set_parameter(X, dictionary, <<>>) end) || X <- Wrong],
    [t:x(fun() -> zstd:set_parameter(X, pledgedSrcSize, 1) end) || X <- Wrong],
    [t:x(fun() -> zstd:stream(X, <<"abc">>) end) || X <- Wrong],
    [t:x(fun() -> zstd:finish(X, <<"abc">>) end) || X <- Wrong],
    [t:x(fun() -> zstd:reset(X) end) || X <- Wrong],
    [t:x(fun() -> zstd:close(X) end) || X <- Wrong],
    t:p(zstd:finish(Ctx, <<"abc">>)).

text(Size) -> text(Size, 1, []).

text(Size, _, Words) when Size =< 0 -> binary:part(bin(Words), 0, byte_size(bin(Words)) + Size);
text(Size, Seed, Words) ->
    Next = (Seed * 1103515245 + 12345) band 16#7fffffff,
    Word = element((Next bsr 12) band 7 + 1, {<<"oak ">>, <<"elm ">>, <<"ash ">>, <<"lime ">>, <<"pear ">>, <<"maple ">>, <<"birch\n">>, <<"alder, ">>}),
    text(Size - byte_size(Word), Next, [Words, Word]).
