%% What a stream keeps between calls: its dictionary, what was read before a dictionary was missing, who owns it, and, where they are still there,
%% its checksum and the size of its buffer.
-module(stream_state).
-export([main/0]).

main() ->
    Text = iolist_to_binary(["line ", lists:seq($a, $z)]),
    resets(Text),
    dictionaries(),
    owners(Text),
    queues(),
    removed(Text),
    no_streams().

resets(Text) ->
    Z = zlib:open(),
    t:x(not_begun, fun() -> zlib:inflateReset(Z) end),
    ok = zlib:inflateInit(Z),
    {Begin, _} = split_binary(zlib:compress(Text), 10),
    t:p(begun, iolist_to_binary(zlib:inflate(Z, Begin))),
    t:p(reset, zlib:inflateReset(Z)),
    t:p(anew, iolist_to_binary(zlib:inflate(Z, zlib:compress(Text)))),
    t:x(behind, fun() -> zlib:inflate(Z, <<"x">>) end),
    t:p(reset, zlib:inflateReset(Z)),
    t:x(damaged, fun() -> zlib:inflate(Z, <<"not compressed">>) end),
    t:p(reset, zlib:inflateReset(Z)),
    t:p(anew, iolist_to_binary(zlib:inflate(Z, zlib:compress(Text)))),
    t:p(ended, zlib:inflateEnd(Z)),
    t:x(reset, fun() -> zlib:inflateReset(Z) end),
    ok = zlib:deflateInit(Z),
    t:x(of_other_kind, fun() -> zlib:inflateReset(Z) end),
    t:x(of_other_kind, fun() -> zlib:inflateGetDictionary(Z) end),
    ok = zlib:close(Z).

dictionaries() ->
    D = zlib:open(),
    ok = zlib:deflateInit(D),
    Checksum = zlib:deflateSetDictionary(D, "some words to begin with"),
    t:p(checksum, Checksum =:= erlang:adler32("some words to begin with")),
    Packed = iolist_to_binary(zlib:deflate(D, "words to begin with, and others", finish)),
    ok = zlib:deflateEnd(D),
    ok = zlib:close(D),
    Z = zlib:open(),
    ok = zlib:inflateInit(Z),
    t:x(none, fun() -> zlib:inflateGetDictionary(Z) end),
    t:p(needed, try zlib:inflate(Z, Packed) catch error:{need_dictionary, N} -> N =:= Checksum end),
    t:x(wrong, fun() -> zlib:inflateSetDictionary(Z, "other words") end),
    t:p(set, zlib:inflateSetDictionary(Z, "some words to begin with")),
    t:p(rest, iolist_to_binary(zlib:inflate(Z, []))),
    t:p(dictionary, iolist_to_binary(zlib:inflateGetDictionary(Z))),
    ok = zlib:inflateEnd(Z),
    %% One that begins the format without a head.
    ok = zlib:inflateInit(Z, -15),
    t:x(empty, fun() -> iolist_to_binary(zlib:inflateGetDictionary(Z)) end),
    t:p(set, zlib:inflateSetDictionary(Z, "abcdef")),
    t:p(dictionary, iolist_to_binary(zlib:inflateGetDictionary(Z))),
    t:x(unfinished, fun() -> zlib:inflateEnd(Z) end),
    %% The second part of what comes needs a dictionary: the first is kept until it is there.
    ok = zlib:inflateInit(Z, 15, reset),
    First = zlib:compress(<<"first part, ">>),
    t:p(stashed, try zlib:inflate(Z, [First, Packed]) catch error:{need_dictionary, M} -> M =:= Checksum end),
    ok = zlib:inflateSetDictionary(Z, "some words to begin with"),
    t:p(both, iolist_to_binary(zlib:inflate(Z, []))),
    t:p(emptied, zlib:inflate(Z, [])),
    %% safeInflate tells instead of failing.
    ok = zlib:inflateReset(Z),
    t:p(safe, told(zlib:safeInflate(Z, [First, Packed]), Z, Checksum)),
    ok = zlib:close(Z),
    %% Changed parameters may have output wait for the next call.
    P = zlib:open(),
    ok = zlib:deflateInit(P, 9),
    A = zlib:deflate(P, binary:copy(<<"stored ">>, 1000)),
    ok = zlib:deflateParams(P, 0, huffman_only),
    B = zlib:deflate(P, binary:copy(<<"other ">>, 1000)),
    ok = zlib:deflateParams(P, 6, default),
    C = zlib:deflate(P, <<"end">>, finish),
    ok = zlib:deflateEnd(P),
    ok = zlib:close(P),
    t:p(parameters, erlang:md5(zlib:uncompress(iolist_to_binary([A, B, C]))) =:=
                    erlang:md5([binary:copy(<<"stored ">>, 1000), binary:copy(<<"other ">>, 1000), "end"])).

told({need_dictionary, N, Output}, Z, Checksum) ->
    ok = zlib:inflateSetDictionary(Z, "some words to begin with"),
    {N =:= Checksum, iolist_to_binary(Output), told(zlib:safeInflate(Z, []), Z, Checksum)};
told({Kind, Output}, _, _) ->
    {Kind, iolist_to_binary(Output)}.

owners(Text) ->
    Z = zlib:open(),
    ok = zlib:inflateInit(Z),
    Me = self(),
    Other = spawn_link(fun() -> serve(Me, Z) end),
    t:p(others, ask(Other, fun() -> zlib:inflate(Z, zlib:compress(Text)) end)),
    t:p(others, ask(Other, fun() -> zlib:set_controlling_process(Z, Other) end)),
    [t:x({to, Whom}, fun() -> zlib:set_controlling_process(Z, t:id(Whom)) end) || Whom <- [x, make_ref, init]],
    t:p(given, zlib:set_controlling_process(Z, Other)),
    t:x(not_mine, fun() -> zlib:inflateReset(Z) end),
    t:x(not_mine, fun() -> zlib:set_controlling_process(Z, Me) end),
    t:p(its, ask(Other, fun() -> iolist_to_binary(zlib:inflate(Z, zlib:compress(Text))) end)),
    t:p(its, ask(Other, fun() -> zlib:set_controlling_process(Z, Me) end)),
    t:p(mine, zlib:inflateReset(Z)),
    ok = zlib:set_controlling_process(Z, Other),
    unlink(Other),
    Ref = monitor(process, Other),
    Other ! {Me, stop},
    receive {'DOWN', Ref, _, _, Why} -> t:p(ended, Why) end,
    t:x(gone_with_it, fun() -> zlib:inflateReset(Z) end).

serve(Me, Z) ->
    receive
        {Me, stop} -> ok;
        {Me, Call} -> Me ! {self(), t:r(Call)}, serve(Me, Z)
    end.

ask(Pid, Call) ->
    Pid ! {self(), Call},
    receive {Pid, Said} -> Said end.

%% Input may be anything that is iodata, in many parts.
queues() ->
    Parts = [[<<"a">>, "bc", [[]], <<>>, [$d | <<"e">>]], binary:copy(<<"f">>, 1000)],
    t:p(parts, zlib:uncompress(zlib:compress(Parts)) =:= iolist_to_binary(Parts)),
    Z = zlib:open(),
    ok = zlib:deflateInit(Z),
    [t:x({input, Bad}, fun() -> zlib:deflate(Z, t:id(Bad)) end) || Bad <- [x, [256], [-1], ["a" | b], <<1:3>>, {}]],
    t:p(still, zlib:uncompress(iolist_to_binary(zlib:deflate(Z, "after all", finish)))),
    ok = zlib:close(Z).

%% Of the functions that went with OTP 27 the newer releases say that there are none.
removed(Text) ->
    Z = zlib:open(),
    t:x(crc32, fun() -> zlib:crc32(Z) end),
    ok = zlib:inflateInit(Z, 31),
    _ = zlib:inflate(Z, zlib:gzip(Text)),
    t:x(crc32, fun() -> zlib:crc32(Z) end),
    t:x(size, fun() -> zlib:getBufSize(Z) end),
    [t:x({size, Size}, fun() -> {zlib:setBufSize(Z, t:id(Size)), zlib:getBufSize(Z)} end) || Size <- [100, 16#ffffff, 15, 0, -1, x, 1 bsl 40]],
    ok = zlib:close(Z).

no_streams() ->
    Z = zlib:open(),
    ok = zlib:close(Z),
    [t:x({Name, Kind}, fun() -> Call(Stream) end)
     || {Name, Call} <- [{inflateReset, fun zlib:inflateReset/1}, {inflateGetDictionary, fun zlib:inflateGetDictionary/1},
                         {set_controlling_process, fun(S) -> zlib:set_controlling_process(S, self()) end},
                         {inflate, fun(S) -> zlib:inflate(S, "x") end}],
        {Kind, Stream} <- [{closed, Z}, {reference, make_ref()}, {atom, x}]].
