%% Damaged object files in a running machine: started by `damage` beside this file.
%%
%%     damage:main(prepare | run, Seed, Count, Last, Files)
%%
%% `prepare` loads without committing: a module is refused as badfile, or ready. `run` commits, and calls `main/0` of what
%% loads in a process of its own with bounds on its heap and its time. What is tried is written to the file `Last` before, so
%% that it is there when the machine is not.
-module(damage).
-export([main/5]).

-define(READ, ["AtU8", "Code", "StrT", "ImpT", "ExpT", "LocT", "FunT", "LitT", "Line", "Type", "Attr", "Meta"]).

main(Mode, Seed, Count, Last, Files) ->
    rand:seed(exsss, Seed),
    All = list_to_tuple(Files),
    Counts = lists:foldl(fun(_, Sum) ->
        File = element(rand:uniform(tuple_size(All)), All),
        {ok, Whole} = file:read_file(File),
        Damaged = damage(unzip(Whole)),
        ok = file:write_file(Last, Damaged),
        Module = list_to_atom(filename:basename(File, ".beam")),
        Result = try_it(Mode, Module, File, Damaged),
        maps:update_with(Result, fun(N) -> N + 1 end, 1, Sum)
    end, #{}, lists:seq(1, Count)),
    io:format("~p~n", [maps:to_list(Counts)]).

unzip(<<16#1f, 16#8b, _/binary>> = Zipped) -> zlib:gunzip(Zipped);
unzip(Whole) -> Whole.

try_it(prepare, Module, _, Code) ->
    try erlang:prepare_loading(Module, Code) of
        {error, badfile} -> refused;
        {error, Other} -> {error, Other};
        _ -> ready
    catch
        error:Reason -> {raised, Reason}
    end;
try_it(run, Module, File, Code) ->
    case code:load_binary(Module, File, Code) of
        {module, Module} ->
            {Pid, Ref} = spawn_opt(fun() ->
                group_leader(element(2, file:open("/dev/null", [write])), self()),
                Module:main()
            end, [monitor, {max_heap_size, #{size => 20_000_000, kill => true, error_logger => false}}]),
            Result = receive
                {'DOWN', Ref, _, _, normal} -> ran;
                {'DOWN', Ref, _, _, _} -> failed
            after 3000 ->
                exit(Pid, kill),
                receive {'DOWN', Ref, _, _, _} -> stopped after 3000 -> unstoppable end
            end,
            code:purge(Module), code:delete(Module), code:purge(Module),
            Result;
        {error, badfile} -> refused;
        {error, Why} -> {error, Why}
    end.

damage(Whole) ->
    case rand:uniform(8) of
        1 -> binary:part(Whole, 0, rand:uniform(byte_size(Whole)) - 1);
        2 -> flip(Whole, 0, byte_size(Whole));
        3 -> literal(Whole);
        _ -> in_chunk(Whole)
    end.

%% Some bytes of one chunk that loading reads.
in_chunk(Whole) ->
    Chunks = [{From, Size} || {Name, From, Size} <- chunks(Whole), Size > 0, lists:member(Name, ?READ)],
    {From, Size} = lists:nth(rand:uniform(length(Chunks)), Chunks),
    flip(Whole, From, Size).

flip(Whole, From, Size) ->
    lists:foldl(fun(_, Bytes) ->
        Place = From + rand:uniform(Size) - 1,
        <<Before:Place/binary, Old, After/binary>> = Bytes,
        New = case rand:uniform(4) of
            1 -> Old bxor (1 bsl (rand:uniform(8) - 1));
            2 -> 255;
            3 -> 0;
            4 -> rand:uniform(256) - 1
        end,
        <<Before/binary, New, After/binary>>
    end, Whole, lists:seq(1, rand:uniform(3))).

%% The literals, unpacked first: damage to the packed ones is seen by the sum at their end.
literal(Whole) ->
    case lists:keyfind("LitT", 1, chunks(Whole)) of
        {_, From, Size} ->
            Start = From - 8,
            <<Before:Start/binary, "LitT", Size:32, Packed:Size/binary, Rest/binary>> = Whole,
            Padding = (4 - Size rem 4) rem 4,
            <<_:Padding/binary, After/binary>> = Rest,
            Plain = case Packed of
                <<0:32, Literals/binary>> -> Literals;
                <<_:32, Zipped/binary>> -> zlib:uncompress(Zipped)
            end,
            Damaged = flip(Plain, 0, byte_size(Plain)),
            Again = <<(byte_size(Damaged)):32, (zlib:compress(Damaged))/binary>>,
            Fill = (4 - byte_size(Again) rem 4) rem 4,
            <<"FOR1", _:32, Head/binary>> = Before,
            New = <<Head/binary, "LitT", (byte_size(Again)):32, Again/binary, 0:(8 * Fill), After/binary>>,
            <<"FOR1", (byte_size(New)):32, New/binary>>;
        false -> in_chunk(Whole)
    end.

chunks(<<"FOR1", _:32, "BEAM", Rest/binary>>) -> chunks(Rest, 12).

chunks(<<Name:4/binary, Size:32, Rest/binary>>, At) ->
    Whole = (Size + 3) band bnot 3,
    case Rest of
        <<_:Whole/binary, More/binary>> -> [{binary_to_list(Name), At + 8, Size} | chunks(More, At + 8 + Whole)];
        _ -> []
    end;
chunks(_, _) -> [].
