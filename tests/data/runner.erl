%% Runs many test programs inside one machine, each in a process of its own whose output is captured here.
%% The harness (src/batch.rs) writes the job file and follows the results file.
-module(runner).
-export([jobs/1, alone/1]).

%% -run runner jobs DIR: DIR/jobs has a job a line, DIR/results is what we append to.
jobs([Dir]) ->
    ok = file:set_cwd(Dir),
    {ok, Text} = file:read_file("jobs"),
    {ok, Results} = file:open("results", [raw, append, binary]),
    lists:foreach(
      fun(Line) ->
              ok = file:write(Results, <<"B\n">>),
              {Status, Output} = job(binary:split(Line, <<"\t">>, [global])),
              Size = integer_to_binary(byte_size(Output)),
              ok = file:write(Results, [<<"E ">>, Status, <<" ">>, Size, <<"\n">>, Output])
      end, binary:split(Text, <<"\n">>, [global, trim_all])),
    halt(0).

%% -run runner alone DIR MODULE: a machine for one program.
alone([Dir, Module]) ->
    ok = file:set_cwd(Dir),
    (list_to_atom(Module)):main(),
    init:stop().

job([<<"run">>, Module, Timeout]) ->
    run(binary_to_atom(Module, utf8), binary_to_integer(Timeout));
job([<<"compile">>, Source, Into, Options]) ->
    compile(binary_to_list(Source), binary_to_list(Into), binary_to_list(Options)).

compile(Source, Into, Options) ->
    {ok, Tokens, _} = erl_scan:string(Options ++ "."),
    {ok, Opts} = erl_parse:parse_term(Tokens),
    case compile:file(Source, [{outdir, Into}, return_errors | Opts]) of
        {ok, _} -> {<<"0">>, <<>>};
        {error, Errors, _} -> {<<"refused">>, text(io_lib:format("~p~n", [Errors]))}
    end.

run(Module, Timeout) ->
    %% What one program changes is not seen by the next.
    logger:set_primary_config(level, none),
    Leader = spawn(fun() -> leader([]) end),
    {Pid, Monitor} = spawn_monitor(fun() -> group_leader(Leader, self()), main(Module) end),
    Status = receive
                 {'DOWN', Monitor, process, Pid, normal} -> <<"0">>;
                 {'DOWN', Monitor, process, Pid, _} -> <<"raised">>
             after Timeout ->
                     exit(Pid, kill),
                     receive {'DOWN', Monitor, process, Pid, _} -> <<"timeout">> end
             end,
    sweep(Leader),
    Leader ! {take, self()},
    receive {taken, Leader, Output} -> {Status, text(lists:reverse(Output))} end.

main(Module) ->
    try Module:main()
    catch Class:Reason:Stack ->
            io:format("~nmain/0 raised ~w:~p~n~p~n", [Class, Reason, Stack]),
            exit(Class)
    end.

%% Kills what the program left running.
sweep(Leader) ->
    Left = [P || P <- processes(), P =/= self(), process_info(P, group_leader) =:= {group_leader, Leader}],
    Monitors = [begin unlink(P), exit(P, kill), monitor(process, P) end || P <- Left],
    [receive {'DOWN', M, _, _, _} -> ok end || M <- Monitors],
    Left =:= [] orelse sweep(Leader).

text(Chars) ->
    case unicode:characters_to_binary(Chars) of
        Text when is_binary(Text) -> Text;
        {_, Text, _} -> <<Text/binary, "<bad text>">>
    end.

%% An output device: the I/O protocol's server side, keeping what is written, with nothing to read.
leader(Output) ->
    receive
        {io_request, From, Ref, Request} ->
            {Reply, Output1} = request(Request, Output),
            From ! {io_reply, Ref, Reply},
            leader(Output1);
        {take, From} ->
            From ! {taken, self(), Output}
    end.

request({put_chars, Encoding, Chars}, Output) ->
    put_chars(Encoding, Chars, Output);
request({put_chars, Encoding, M, F, A}, Output) ->
    try apply(M, F, A) of
        Chars -> put_chars(Encoding, Chars, Output)
    catch _:_ -> {{error, F}, Output}
    end;
request({put_chars, Chars}, Output) ->
    request({put_chars, latin1, Chars}, Output);
request({put_chars, M, F, A}, Output) ->
    request({put_chars, latin1, M, F, A}, Output);
request({requests, Requests}, Output) ->
    lists:foldl(fun(R, {ok, O}) -> request(R, O); (_, Failed) -> Failed end, {ok, Output}, Requests);
request(getopts, Output) ->
    {[{binary, false}, {encoding, unicode}], Output};
request({setopts, _}, Output) ->
    {ok, Output};
request({get_geometry, _}, Output) ->
    {{error, enotsup}, Output};
request({get_until, _, _, _, _, _}, Output) ->
    {eof, Output};
request({get_chars, _, _, _}, Output) ->
    {eof, Output};
request({get_line, _, _}, Output) ->
    {eof, Output};
request(_, Output) ->
    {{error, request}, Output}.

put_chars(Encoding, Chars, Output) ->
    try unicode:characters_to_binary(Chars, Encoding, unicode) of
        Text when is_binary(Text) -> {ok, [Text | Output]};
        _ -> {{error, {put_chars, Encoding, Chars}}, Output}
    catch error:badarg -> {{error, {put_chars, Encoding, Chars}}, Output}
    end.
