%% since: 29
%% timeout: 60
-module(zstd_owners).
-export([main/0]).

main() ->
    not_mine(),
    closed(),
    owner_dies(),
    copies(),
    many(),
    together(),
    stacks().

bin(Data) -> iolist_to_binary(Data).

%% Everything that one may ask of a context.
compress_calls(Ctx) ->
    {ok, Dict} = zstd:dict(compress, <<"a dictionary">>),
    [{stream, fun() -> zstd:stream(Ctx, <<"abc">>) end},
     {stream_list, fun() -> zstd:stream(Ctx, ["abc"]) end},
     {stream_wrong, fun() -> zstd:stream(Ctx, foo) end},
     {flush, fun() -> zstd:flush(Ctx) end},
     {finish, fun() -> zstd:finish(Ctx, <<"abc">>) end},
     {compress, fun() -> zstd:compress(<<"abc">>, Ctx) end},
     {set_parameter, fun() -> zstd:set_parameter(Ctx, windowLog, 10) end},
     {set_parameter_wrong, fun() -> zstd:set_parameter(Ctx, abc, def) end},
     {pledge, fun() -> zstd:set_parameter(Ctx, pledgedSrcSize, 10) end},
     {pledge_wrong, fun() -> zstd:set_parameter(Ctx, pledgedSrcSize, abc) end},
     {dictionary, fun() -> zstd:set_parameter(Ctx, dictionary, <<"abc">>) end},
     {dictionary_wrong, fun() -> zstd:set_parameter(Ctx, dictionary, abc) end},
     {dictionary_made, fun() -> zstd:set_parameter(Ctx, dictionary, Dict) end},
     {get_parameter, fun() -> zstd:get_parameter(Ctx, windowLog) end},
     {get_parameter_wrong, fun() -> zstd:get_parameter(Ctx, abc) end},
     {reset, fun() -> zstd:reset(Ctx) end},
     {close, fun() -> zstd:close(Ctx) end}].

decompress_calls(Ctx) ->
    {ok, Dict} = zstd:dict(decompress, <<"a dictionary">>),
    Frame = bin(zstd:compress(<<"abc">>)),
    [{stream, fun() -> zstd:stream(Ctx, Frame) end},
     {stream_list, fun() -> zstd:stream(Ctx, [Frame]) end},
     {stream_wrong, fun() -> zstd:stream(Ctx, foo) end},
     {flush, fun() -> zstd:flush(Ctx) =:= ok end},
     {finish, fun() -> zstd:finish(Ctx, Frame) end},
     {decompress, fun() -> zstd:decompress(Frame, Ctx) end},
     {set_parameter, fun() -> zstd:set_parameter(Ctx, windowLogMax, 10) end},
     {set_parameter_wrong, fun() -> zstd:set_parameter(Ctx, abc, def) end},
     {dictionary, fun() -> zstd:set_parameter(Ctx, dictionary, <<"abc">>) end},
     {dictionary_wrong, fun() -> zstd:set_parameter(Ctx, dictionary, abc) end},
     {dictionary_made, fun() -> zstd:set_parameter(Ctx, dictionary, Dict) end},
     {get_parameter, fun() -> zstd:get_parameter(Ctx, windowLogMax) end},
     {get_parameter_wrong, fun() -> zstd:get_parameter(Ctx, abc) end},
     {reset, fun() -> zstd:reset(Ctx) end},
     {close, fun() -> zstd:close(Ctx) end}].

elsewhere(Do) ->
    Self = self(),
    Pid = spawn_link(fun() -> Self ! {self(), Do()} end),
    receive {Pid, Result} -> Result end.

try_all(Calls) -> [{Name, t:r(Call)} || {Name, Call} <- Calls].

not_mine() ->
    {ok, C} = zstd:context(compress),
    {ok, D} = zstd:context(decompress),
    {continue, C1} = zstd:stream(C, <<"mi">>),
    {continue, D1} = zstd:stream(D, <<40, 181, 47, 253, 32>>),
    [t:p(Name, Result) || {Name, Result} <- elsewhere(fun() -> try_all(compress_calls(C)) end)],
    [t:p(Name, Result) || {Name, Result} <- elsewhere(fun() -> try_all(decompress_calls(D)) end)],
    %% The owner's work is as it was.
    {done, C2} = zstd:finish(C, <<"ne">>),
    t:p(zstd:decompress([C1, C2])),
    t:p(D1),
    t:p(zstd:finish(D, <<2, 17, 0, 0, 97, 98>>)).

closed() ->
    {ok, C} = zstd:context(compress),
    {ok, D} = zstd:context(decompress),
    {continue, _} = zstd:stream(C, <<"lost">>),
    t:p({zstd:close(C), zstd:close(D)}),
    [t:p(Name, Result) || {Name, Result} <- try_all(compress_calls(C) ++ decompress_calls(D))],
    %% That it is closed is seen before whose it is.
    [t:p(Name, Result) || {Name, Result} <- elsewhere(fun() -> try_all(compress_calls(C) ++ decompress_calls(D)) end)].

%% A context outlives its owner, and is of use to nobody.
owner_dies() ->
    C = elsewhere(fun() -> {ok, C} = zstd:context(compress), {continue, _} = zstd:stream(C, <<"abc">>), C end),
    t:x(fun() -> zstd:finish(C, <<>>) end),
    t:x(fun() -> zstd:close(C) end).

copies() ->
    {ok, C} = zstd:context(compress),
    {continue, Out} = zstd:stream(C, <<"a">>),
    C1 = elsewhere(fun() -> C end),
    t:p(C =:= C1),
    {done, More} = zstd:finish(C1, <<"b">>),
    t:p(zstd:decompress([Out, More])),
    %% As bytes, and back.
    C2 = binary_to_term(term_to_binary(C)),
    t:p(zstd:finish(C2, <<"abc">>)),
    persistent_term:put(?MODULE, C),
    t:p(zstd:finish(persistent_term:get(?MODULE), <<"abc">>)),
    persistent_term:erase(?MODULE).

%% More than would fit if nothing was freed.
many() ->
    Text = binary:copy(<<"many contexts ">>, 20000),
    [begin
         {ok, C} = zstd:context(compress, #{windowLog => 23}),
         {continue, _} = zstd:stream(C, Text),
         N rem 50 =:= 0 andalso erlang:garbage_collect()
     end || N <- lists:seq(1, 400)],
    t:p(lists:usort([elsewhere(fun() ->
                                       {ok, C} = zstd:context(compress),
                                       {ok, D} = zstd:context(decompress),
                                       iolist_size(zstd:decompress(zstd:compress(Text, C), D))
                               end) || _ <- lists:seq(1, 100)])).

%% Each its own, at the same time.
together() ->
    Self = self(),
    Pids = [spawn_link(fun() ->
                               {ok, C} = zstd:context(compress, #{compressionLevel => N rem 10}),
                               {ok, D} = zstd:context(decompress),
                               Text = binary:copy(<<"text of process ", (integer_to_binary(N))/binary>>, 5000),
                               Self ! {self(), [bin(zstd:decompress(zstd:compress(Text, C), D)) =:= Text || _ <- lists:seq(1, 5)]}
                       end) || N <- lists:seq(1, 20)],
    t:p(lists:usort([receive {Pid, Good} -> Good end || Pid <- Pids])).

%% Where errors come from, and with which arguments.
stacks() ->
    {ok, C} = zstd:context(compress),
    {ok, D} = zstd:context(decompress),
    [t:p(t:s(stack(Do))) || Do <- [fun() -> zstd:stream(C, foo) end,
                                   fun() -> zstd:set_parameter(C, windowLog, 1) end,
                                   fun() -> zstd:set_parameter(C, abc, 1) end,
                                   fun() -> zstd:set_parameter(C, dictionary, abc) end,
                                   fun() -> zstd:set_parameter(D, dictionary, {ddict, make_ref()}) end,
                                   fun() -> zstd:decompress(<<"rubbish">>) end,
                                   fun() -> zstd:dict(compress, abc) end,
                                   fun() -> zstd:dict(decompress, abc) end,
                                   fun() -> zstd:get_dict_id(abc) end,
                                   fun() -> zstd:get_frame_header(abc) end,
                                   fun() -> elsewhere_raises(fun() -> zstd:reset(C) end) end]].

elsewhere_raises(Do) ->
    {Class, Reason, Stack} = elsewhere(fun() -> stack(Do) end),
    erlang:raise(Class, Reason, Stack).

stack(Do) ->
    try Do() of
        Value -> Value
    catch
        Class:Reason:Stack -> {Class, Reason, [hd(Stack)]}
    end.
