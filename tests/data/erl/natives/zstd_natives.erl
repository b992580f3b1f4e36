%% since: 29
%% What the functions of zstd call, as a tracer sees it. The natives are called by the module only.
-module(zstd_natives).
-export([main/0]).

main() ->
    Natives = [begin {_, F} = erlang:fun_info(Native, name), {_, A} = erlang:fun_info(Native, arity), {F, A} end || Native <- natives()],
    t:p([N || N <- Natives, not lists:member(N, zstd:module_info(functions))]),
    t:p([N || N <- Natives, not lists:member(N, zstd:module_info(nifs))]),
    t:p(lists:sort(zstd:module_info(nifs) -- Natives)),
    t:p([N || {F, A} = N <- Natives, erlang:function_exported(zstd, F, A)]),
    t:x(hd(natives())),
    [1 = erlang:trace_pattern({zstd, F, A}, [{'_', [], [{exception_trace}]}], [local]) || {F, A} <- Natives],
    try
        [called(Name, Do) || {Name, Do} <- calls()]
    after
        [erlang:trace_pattern({zstd, F, A}, false, [local]) || {F, A} <- Natives]
    end.

natives() ->
    [fun zstd:init_compress_nif/0, fun zstd:load_compress_dictionary_nif/2, fun zstd:ref_compress_dictionary_nif/2, fun zstd:set_compress_parameter_nif/3,
     fun zstd:get_compress_parameter_nif/2, fun zstd:set_pledged_src_size_nif/2, fun zstd:compress_stream_nif/3, fun zstd:compress_reset_nif/1,
     fun zstd:compress_close_nif/1, fun zstd:init_decompress_nif/0, fun zstd:load_decompress_dictionary_nif/2, fun zstd:ref_decompress_dictionary_nif/2,
     fun zstd:set_decompress_parameter_nif/3, fun zstd:get_decompress_parameter_nif/2, fun zstd:decompress_stream_nif/3, fun zstd:decompress_reset_nif/1,
     fun zstd:decompress_close_nif/1, fun zstd:create_cdict_nif/2, fun zstd:create_ddict_nif/1, fun zstd:getDictId_fromCDict_nif/1,
     fun zstd:getDictId_fromDDict_nif/1, fun zstd:getDictId_fromDict_nif/1, fun zstd:getDictId_fromFrame_nif/1, fun zstd:get_frame_header_nif/1].

calls() ->
    Words = <<"words of a dictionary">>,
    [{context, fun() -> zstd:context(compress, #{compressionLevel => 5}), zstd:context(decompress, #{windowLogMax => 20}) end},
     {one_shot, fun() -> zstd:decompress(zstd:compress([<<"some">>, "data"])) end},
     {stream, fun() ->
                      {ok, C} = zstd:context(compress),
                      {ok, D} = zstd:context(decompress),
                      {continue, A} = zstd:stream(C, <<"ab">>),
                      {continue, B} = zstd:flush(C),
                      zstd:stream(D, iolist_to_binary([A, B])),
                      {done, E} = zstd:finish(C, <<"c">>),
                      zstd:finish(D, iolist_to_binary(E)),
                      zstd:reset(C),
                      zstd:reset(D),
                      zstd:close(C),
                      zstd:close(D)
              end},
     {parameters, fun() ->
                          {ok, C} = zstd:context(compress, #{pledgedSrcSize => 3}),
                          {ok, D} = zstd:context(decompress),
                          zstd:get_parameter(C, windowLog),
                          zstd:get_parameter(D, windowLogMax),
                          zstd:set_parameter(C, dictionary, Words),
                          zstd:set_parameter(D, dictionary, Words)
                  end},
     {dictionaries, fun() ->
                            {ok, C} = zstd:dict(compress, Words),
                            {ok, D} = zstd:dict(decompress, Words),
                            zstd:context(compress, #{dictionary => C}),
                            zstd:context(decompress, #{dictionary => D}),
                            [zstd:get_dict_id(X) || X <- [C, D, Words, zstd:compress(<<>>)]]
                    end},
     {wrong, fun() ->
                     {ok, C} = zstd:context(compress),
                     catch zstd:stream(C, foo),
                     catch zstd:set_parameter(C, abc, 1),
                     catch zstd:set_parameter(C, windowLog, 1),
                     catch zstd:decompress(<<"rubbish">>)
             end}].

called(Name, Do) ->
    {Pid, Monitor} = spawn_monitor(fun() -> receive go -> Do() end end),
    erlang:trace(Pid, true, [call]),
    Pid ! go,
    receive {'DOWN', Monitor, process, _, Reason} -> t:p(Name, Reason) end,
    Reference = erlang:trace_delivered(Pid),
    receive {trace_delivered, _, Reference} -> ok end,
    events(Name, Pid).

events(Name, Pid) ->
    receive
        {trace, Pid, call, {zstd, F, As}} -> t:p(Name, {F, As}), events(Name, Pid);
        {trace, Pid, return_from, {zstd, F, A}, Value} -> t:p(Name, {F, A, Value}), events(Name, Pid);
        {trace, Pid, exception_from, {zstd, F, A}, Raised} -> t:p(Name, {F, A, Raised}), events(Name, Pid)
    after 0 -> ok
    end.
