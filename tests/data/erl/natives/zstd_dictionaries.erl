%% since: 29
%% timeout: 120
-module(zstd_dictionaries).
-export([main/0]).

main() ->
    numbers(),
    there_and_back(),
    raw(),
    levels(),
    streams(),
    change(),
    wrong(),
    damaged(),
    outlives(),
    others().

bin(Data) -> iolist_to_binary(Data).

record() -> <<"{\"tree\":\"pear\",\"height\":12,\"age\":77,\"place\":\"garden 9\",\"number\":12345}\n">>.

numbers() ->
    Dict = trained(),
    {ok, {cdict, C} = CDict} = zstd:dict(compress, Dict),
    {ok, {ddict, D} = DDict} = zstd:dict(decompress, Dict),
    t:p({is_reference(C), is_reference(D)}),
    t:p([zstd:get_dict_id(X) || X <- [Dict, CDict, DDict, binary_to_list(Dict), [Dict], zstd:compress(<<"abc">>), bin(zstd:compress(record(), #{dictionary => Dict})),
                                      zstd:compress(record(), #{dictionary => CDict, dictIDFlag => false}), <<>>, <<"abc">>, [], "", [<<>>], <<55, 164, 48, 236>>,
                                      <<55, 164, 48, 236, 1, 2, 3, 4>>, <<16#184D2A57:32/little, 0:32>>]]),
    {ok, Raw} = zstd:dict(compress, record()),
    {ok, RawToo} = zstd:dict(decompress, record()),
    t:p({zstd:get_dict_id(Raw), zstd:get_dict_id(RawToo), zstd:get_dict_id(record())}),
    [t:x(fun() -> zstd:get_dict_id(X) end) || X <- [abc, {cdict, abc}, {ddict, abc}, {cdict, D}, {ddict, C}, C, {cdict, make_ref()}, [a], <<1:1>>, 1]].

there_and_back() ->
    Dict = trained(),
    {ok, CDict} = zstd:dict(compress, Dict),
    {ok, DDict} = zstd:dict(decompress, Dict),
    Plain = zstd:compress(record()),
    t:p(iolist_size(Plain)),
    Frames = [bin(zstd:compress(record(), Parameters)) ||
                 Parameters <- [#{dictionary => Dict}, #{dictionary => CDict}, #{dictionary => [Dict]}, #{dictionary => binary_to_list(Dict)},
                                #{dictionary => CDict, dictIDFlag => false}, #{dictionary => Dict, compressionLevel => 19}]],
    [t:p(Frame) || Frame <- Frames],
    [t:p([bin(zstd:decompress(Frame, #{dictionary => X})) =:= record() || X <- [Dict, DDict, [Dict], binary_to_list(Dict)]]) || Frame <- Frames],
    [t:x(fun() -> zstd:decompress(Frame) end) || Frame <- Frames],
    [t:p(zstd:get_frame_header(Frame)) || Frame <- Frames],
    %% Without need for one.
    t:p(zstd:decompress(Plain, #{dictionary => DDict}) =:= [record()]),
    %% Frames with and without.
    t:p(bin(zstd:decompress([hd(Frames), Plain, hd(Frames)], #{dictionary => DDict})) =:= binary:copy(record(), 3)),
    t:x(fun() -> zstd:decompress([Plain, hd(Frames)]) end).

%% Any bytes are a dictionary without a number.
raw() ->
    Words = text(3000),
    Data = binary:part(Words, 1000, 500),
    {ok, CDict} = zstd:dict(compress, Words),
    {ok, DDict} = zstd:dict(decompress, Words),
    A = bin(zstd:compress(Data, #{dictionary => Words})),
    B = bin(zstd:compress(Data, #{dictionary => CDict})),
    t:p({A, B, iolist_size(zstd:compress(Data))}),
    t:p([bin(zstd:decompress(X, #{dictionary => Y})) =:= Data || X <- [A, B], Y <- [Words, DDict]]),
    t:x(fun() -> zstd:decompress(A) end),
    t:x(fun() -> zstd:decompress(A, #{dictionary => <<"something else">>}) end),
    %% None, and some that are too short to be of use.
    t:p([zstd:compress(<<"abcabc">>, #{dictionary => X}) || X <- [<<>>, "", [], [<<>>], <<"a">>, <<"abcabc">>, <<"abcabcab">>, <<"abcabcabc">>]]),
    [begin
         {ok, C} = zstd:dict(compress, X),
         {ok, D} = zstd:dict(decompress, X),
         F = zstd:compress(<<"abcabc">>, #{dictionary => C}),
         t:p({F, zstd:get_dict_id(C), zstd:get_dict_id(D), zstd:decompress(F, #{dictionary => D})})
     end || X <- [<<>>, <<"a">>, <<"abcabcabc">>]].

levels() ->
    Dict = trained(),
    [begin
         {ok, C} = zstd:dict(compress, Dict, #{compressionLevel => Level}),
         F = bin(zstd:compress(record(), #{dictionary => C})),
         t:p(Level, {byte_size(F), erlang:md5(F), zstd:decompress(F, #{dictionary => Dict}) =:= [record()]})
     end || Level <- [-1000000, -22, -1, 0, 1, 3, 10, 19, 22, 100]],
    %% That of the dictionary counts.
    {ok, C} = zstd:dict(compress, Dict, #{compressionLevel => 19}),
    Text = [record(), text(3000)],
    t:p(zstd:compress(Text, #{dictionary => C, compressionLevel => 1}) =:= zstd:compress(Text, #{dictionary => C})),
    t:p(iolist_size(zstd:compress(Text, #{dictionary => C, compressionLevel => 1}))),
    t:p(iolist_size(zstd:compress(Text, #{dictionary => Dict, compressionLevel => 1}))).

streams() ->
    Dict = trained(),
    {ok, C} = zstd:context(compress, #{dictionary => Dict}),
    {ok, D} = zstd:context(decompress, #{dictionary => Dict}),
    [begin
         {continue, A} = zstd:stream(C, record()),
         {done, B} = zstd:finish(C, record()),
         Frame = bin([A, B]),
         t:p({byte_size(Frame), zstd:get_dict_id(Frame)}),
         <<Head:9/binary, Tail/binary>> = Frame,
         {continue, X} = zstd:stream(D, Head),
         {done, Y} = zstd:finish(D, Tail),
         t:p(bin([X, Y]) =:= bin([record(), record()]))
     end || _ <- [1, 2]],
    {continue, _} = zstd:stream(C, record()),
    ok = zstd:reset(C),
    {done, Frame} = zstd:finish(C, record()),
    t:p(zstd:get_dict_id(Frame)),
    t:p(zstd:decompress(Frame, D) =:= [record()]).

%% Another dictionary, none, and the first again.
change() ->
    Dict = trained(),
    {ok, CDict} = zstd:dict(compress, Dict),
    {ok, DDict} = zstd:dict(decompress, Dict),
    {ok, C} = zstd:context(compress),
    {ok, D} = zstd:context(decompress),
    [begin
         t:p(zstd:set_parameter(C, dictionary, X)),
         {done, Frame} = zstd:finish(C, record()),
         t:p({iolist_size(Frame), zstd:get_dict_id(Frame)}),
         t:p(zstd:set_parameter(D, dictionary, Y)),
         t:p(zstd:finish(D, bin(Frame)) =:= {done, [record()]})
     end || {X, Y} <- [{CDict, DDict}, {Dict, DDict}, {<<>>, DDict}, {<<>>, <<>>}, {CDict, Dict}, {record(), record()}, {[], []}, {CDict, DDict}, {CDict, DDict}]],
    {continue, _} = zstd:stream(C, <<"abc">>),
    t:x(fun() -> zstd:set_parameter(C, dictionary, CDict) end),
    t:x(fun() -> zstd:set_parameter(C, dictionary, <<>>) end),
    t:p(element(1, zstd:finish(C, <<>>))),
    {continue, _} = zstd:stream(D, <<40, 181, 47>>),
    t:x(fun() -> zstd:set_parameter(D, dictionary, DDict) end),
    t:x(fun() -> zstd:set_parameter(D, dictionary, <<>>) end).

wrong() ->
    Dict = trained(),
    {ok, CDict} = zstd:dict(compress, Dict),
    {ok, DDict} = zstd:dict(decompress, Dict),
    {ok, {_, R} = C} = zstd:context(compress),
    {ok, D} = zstd:context(decompress),
    [t:x(fun() -> zstd:set_parameter(X, dictionary, Y) end) ||
        X <- [C, D], Y <- [abc, 1, [a], {cdict, abc}, {ddict, abc}, {cdict, make_ref()}, {ddict, make_ref()}, {cdict, R}, {ddict, R}, <<1:1>>, CDict, DDict, #{}]],
    [t:x(fun() -> zstd:dict(Mode, X) end) || Mode <- [compress, decompress], X <- ["abc", abc, [Dict], <<1:1>>, CDict]],
    [t:x(fun() -> zstd:dict(compress, Dict, X) end) || X <- [#{compressionLevel => a}, #{compressionLevel => 1 bsl 31}, [], abc, #{compressionLevel => 1.0}]],
    [t:x(fun() -> is_tuple(zstd:dict(decompress, Dict, X)) end) || X <- [#{compressionLevel => a}, #{other => 1}, [], abc]],
    t:x(fun() -> is_tuple(zstd:dict(compress, Dict, #{other => 1})) end),
    t:x(fun() -> zstd:dict(other, Dict) end).

%% What begins as a dictionary and is none.
damaged() ->
    Dict = trained(),
    [begin
         <<Short:N/binary, _/binary>> = Dict,
         Made = [case zstd:dict(Mode, Short) of
                     {ok, {Kind, {error, Reason}}} -> {Kind, Reason};
                     {ok, {Kind, _}} -> Kind
                 end || Mode <- [compress, decompress]],
         t:p(N, Made),
         t:x(N, fun() -> iolist_size(zstd:compress(record(), #{dictionary => Short})) end),
         t:x(N, fun() -> zstd:decompress(zstd:compress(<<"abc">>), #{dictionary => Short}) end)
     end || N <- [0, 1, 4, 7, 8, 9, 20, 100, 130, 140, 150, 200, 1023]],
    %% Each byte of what stands before the content.
    Bad = [begin
               <<Before:N/binary, Byte, After/binary>> = Dict,
               Changed = <<Before/binary, (Byte bxor 16#55), After/binary>>,
               {kind(zstd:dict(compress, Changed)), kind(zstd:dict(decompress, Changed))}
           end || N <- lists:seq(0, 160)],
    t:p(Bad),
    {ok, Wrong} = zstd:dict(compress, <<55, 164, 48, 236, 1, 2, 3, 4, 5, 6, 7, 8, 9>>),
    t:x(fun() -> zstd:compress(<<"abc">>, #{dictionary => Wrong}) end),
    t:x(fun() -> zstd:get_dict_id(Wrong) end).

kind({ok, {_, {error, _}}}) -> bad;
kind({ok, {_, _}}) -> good.

%% A context keeps what it uses.
outlives() ->
    {C, D} = contexts(),
    [begin
         erlang:garbage_collect(),
         {done, Frame} = zstd:finish(C, record()),
         t:p({zstd:get_dict_id(Frame), zstd:finish(D, bin(Frame)) =:= {done, [record()]}})
     end || _ <- lists:seq(1, 20)],
    zstd:close(C),
    zstd:close(D),
    %% Many, which are collected.
    t:p(lists:usort([begin
                         {ok, CD} = zstd:dict(compress, trained()),
                         {ok, DD} = zstd:dict(decompress, trained()),
                         zstd:decompress(zstd:compress(record(), #{dictionary => CD}), #{dictionary => DD}) =:= [record()]
                     end || _ <- lists:seq(1, 200)])).

contexts() ->
    {ok, CDict} = zstd:dict(compress, trained()),
    {ok, DDict} = zstd:dict(decompress, trained()),
    {ok, C} = zstd:context(compress, #{dictionary => CDict}),
    {ok, D} = zstd:context(decompress, #{dictionary => DDict}),
    {C, D}.

%% Dictionaries, unlike contexts, are anybody's.
others() ->
    Self = self(),
    Maker = spawn_link(fun() ->
                               {ok, C} = zstd:dict(compress, trained()),
                               {ok, D} = zstd:dict(decompress, trained()),
                               Self ! {self(), C, D}
                       end),
    {C, D} = receive {Maker, C0, D0} -> {C0, D0} end,
    Workers = [spawn_link(fun() ->
                                  Good = [zstd:decompress(zstd:compress([record(), integer_to_list(N * M)], #{dictionary => C}), #{dictionary => D})
                                          =:= [bin([record(), integer_to_list(N * M)])] || M <- lists:seq(1, 50)],
                                  Self ! {self(), lists:usort(Good)}
                          end) || N <- lists:seq(1, 10)],
    t:p([receive {Worker, Good} -> Good end || Worker <- Workers]),
    t:p({zstd:get_dict_id(C), zstd:get_dict_id(D)}),
    %% They may leave and come back.
    C1 = binary_to_term(term_to_binary(C)),
    t:p(zstd:get_dict_id(C1)),
    t:p(zstd:compress(record(), #{dictionary => C1}) =:= zstd:compress(record(), #{dictionary => C})).

text(Size) -> text(Size, 1, []).

text(Size, _, Words) when Size =< 0 -> binary:part(bin(Words), 0, byte_size(bin(Words)) + Size);
text(Size, Seed, Words) ->
    Next = (Seed * 1103515245 + 12345) band 16#7fffffff,
    Word = element((Next bsr 12) band 7 + 1, {<<"oak ">>, <<"elm ">>, <<"ash ">>, <<"lime ">>, <<"pear ">>, <<"maple ">>, <<"birch\n">>, <<"alder, ">>}),
    text(Size - byte_size(Word), Next, [Words, Word]).

%% Made from 2,000 lines like record().
trained() ->
    base64:decode(
        "N6Qw7Mc3MEYXEOgK0wEAAAARAfAot5RSyjRQAE8IIQHzAwAAADjMpLMPAAAEAAAAABIkUihKQDiAPAXRCyoAjFUAADAGAAAAAAAAAAAAAEQR7xkBAAAAAAAA"
        "AAAAAAAAAAABAAAABAAAAAgAAAAiaGVpZ2h0IjozMiwiYWdlIjoyMzEsInBsYWNlIjoiZ2FyZGVuIDkiLCJudW1iZXIiOjExMjF9CnsidHJlZSI6ImZpciIs"
        "ImhlaWdodCI6MzQsImFnZSI6MTksInBsYWNlIjoiZ2FyZGVuIDYiLCJudW1iZXIiOjExMjJ9CnsidHJlZSI6ImFzaCIsImhlaWdodCI6MjQsImFnZSI6OTks"
        "InBsYWNlIjoiZ2FyZGVuIDE4IiwibnVtYmVyIjoxMTIzfQp7InRyZWUiOiJvYWsiLCJoZWlnaHQiOjM1LCJhZ2UiOjEzOCwicGxhY2UiOiJnYXJkZW4gMTMi"
        "LCJudW1iZXIiOjExMjR9CnsidHJlZSI6InBlYXIiLCJoZWlnaHQiOjMxLCJhZ2UiOjE2NSwicGxhY2UiOiJnYXJkZW4gNSIsIm51bWJlciI6MTEyNX0KeyJ0"
        "cmVlIjoicGx1bSIsImhlaWdodCI6MiwiYWdlIjo1NywicGxhY2UiOiJnYXJkZW4gMTUiLCJudW1iZXIiOjExMjZ9CnsidHJlZSI6InBlYXIiLCJoZWlnaHQi"
        "OjIxLCJhZ2UiOjE5MywicGxhY2UiOiJnYXJkZW4gMSIsIm51bWJlciI6MTEyN30KeyJ0cmVlIjoiYXJkZW4gMTciLCJudW1iZXIiOjd9CnsidHJlZSI6InBs"
        "dW0iLCJoZWlnaHQiOjM1LCJhZ2UiOjE3MywicGxhY2UiOiJnYXJkZW4gMTkiLCJudW1iZXIiOjh9CnsidHJlZSI6ImVsbSIsImhlaWdodCI6MjcsImFnZSI6"
        "MTcyLCJwbGFjZSI6ImdhcmRlbiAxMiIsIm51bWJlciI6OX0KeyJ0cmVlIjoibGltZSIsImhlaWdodCI6MTUsImFnZSI6ODgsInBsYWNlIjoiZ2FyZGVuIDEw"
        "IiwibnVtYmVyIjoxMH0KeyJ0cmVlIjoieWV3IiwiaGVpZ2h0IjoyNCwiYWdlIjoyMDQsInBsYWNlIjoiZ2FyZGVuIDQiLCJudW1iZXIiOjExfQp7InRyZWUi"
        "OiJhc2giLCJoZWlnaHQiOjEwLCJhZ2UiOjI3MiwicGxhY2UiOiJnYXJkZW4gMTQiLCJudW1iZXIiOjEyfQp7InRyZWUiOiJsaW1lIiwiaGVpZ2h0IjoyOCwi"
        "YWdlIjo3NCwicGxhY2UiOiJnYXJkZW4gMTEiLCJudW1iZQ==").
