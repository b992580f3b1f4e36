%% Damaged object files in a running machine: started by `damage` beside this file.
%%
%%     damage:main(prepare | run | call, Seed, Count, Last, Files)
%%
%% `prepare` loads without committing: a module is refused as badfile, or ready. `run` commits, and calls `main/0` of what
%% loads in a process of its own with bounds on its heap and its time; `call` changes nothing but operands in the code, and calls
%% all that the module exports, with arguments of all kinds, each call in a process of its own. What is tried is written to the file `Last` before, so
%% that it is there when the machine is not.
-module(damage).
-export([main/5, argument/0]).

-define(READ, ["AtU8", "Code", "StrT", "ImpT", "ExpT", "LocT", "FunT", "LitT", "Line", "Type", "Attr", "Meta"]).

main(Mode, Seed, Count, Last, Files) ->
    rand:seed(exsss, Seed),
    All = list_to_tuple(Files),
    Counts = lists:foldl(fun(_, Sum) ->
        File = element(rand:uniform(tuple_size(All)), All),
        {ok, Whole} = file:read_file(File),
        Damaged = case Mode of
            call -> operands(unzip(Whole));
            _ -> damage(unzip(Whole))
        end,
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
    end;
try_it(call, Module, File, Code) ->
    case code:load_binary(Module, File, Code) of
        {module, Module} ->
            Exports = [{F, A} || {F, A} <- erlang:get_module_info(Module, exports), F =/= module_info, A =< 8],
            Null = element(2, file:open("/dev/null", [write])),
            Calls = [begin
                Arguments = [argument() || _ <- lists:seq(1, A)],
                {_, Ref} = spawn_opt(fun() ->
                    group_leader(Null, self()),
                    apply(Module, F, Arguments)
                end, [monitor, {max_heap_size, #{size => 5_000_000, kill => true, error_logger => false}}]),
                Ref
            end || {F, A} <- Exports, _ <- lists:seq(1, 1 + min(A, 2))],
            Timer = erlang:start_timer(250, self(), over),
            Stopped = wait(Calls, Timer),
            erlang:cancel_timer(Timer),
            % Not those that the code server has at work.
            [exit(Pid, kill) || Pid <- processes(), process_info(Pid, group_leader) =:= {group_leader, Null}],
            exit(Null, kill),
            erlang:garbage_collect(),
            code:purge(Module), code:delete(Module), code:purge(Module),
            flush(),
            case Stopped of
                0 -> ran;
                _ -> stopped
            end;
        {error, badfile} -> refused;
        {error, Why} -> {error, Why}
    end.

wait([], _) -> 0;
wait([Ref | Rest] = Calls, Timer) ->
    receive
        {'DOWN', Ref, _, _, _} -> wait(Rest, Timer);
        {timeout, Timer, over} -> length(Calls)
    end.

flush() ->
    receive _ -> flush() after 0 -> ok end.

%% Something that functions take apart.
argument() ->
    case rand:uniform(24) of
        1 -> [];
        2 -> a;
        3 -> 0;
        4 -> 7;
        5 -> -1;
        6 -> 1.5;
        7 -> 1 bsl 70;
        8 -> "text";
        9 -> <<"binary text">>;
        10 -> <<1, 2, 3:5>>;
        11 -> {};
        12 -> {a, 1};
        13 -> {a, [1, 2], <<3>>, #{}};
        14 -> #{};
        15 -> #{a => 1, "b" => {2}};
        16 -> maps:from_list([{N, N} || N <- lists:seq(1, 40)]);
        17 -> self();
        18 -> make_ref();
        19 -> fun(X) -> X end;
        20 -> fun erlang:'+'/2;
        21 -> [{a, 1}, {b, [2]}, {c, "x"}];
        22 -> [argument(), argument()];
        23 -> {argument(), argument(), argument()};
        24 -> [argument() | argument()]
    end.

%% One to three operands in the code made others: the next register, another kind of operand.
operands(Whole) ->
    {_, From, Size} = lists:keyfind("Code", 1, chunks(Whole)),
    lists:foldl(fun(_, Bytes) ->
        Place = From + 20 + rand:uniform(Size - 20) - 1,
        <<Before:Place/binary, Old, After/binary>> = Bytes,
        New = case rand:uniform(6) of
            1 -> Old + 16;
            2 -> Old - 16;
            3 -> (Old band 16#f8) bor (rand:uniform(5));
            4 -> Old bxor (1 bsl (rand:uniform(8) - 1));
            5 -> (Old band 7) bor (rand:uniform(16) - 1) bsl 4;
            6 -> rand:uniform(256) - 1
        end,
        <<Before/binary, New, After/binary>>
    end, Whole, lists:seq(1, rand:uniform(3))).

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
