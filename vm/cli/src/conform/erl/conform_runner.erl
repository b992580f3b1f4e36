%% Runs the cases of one suite and writes what becomes of each to a file, a line at a time and at once, so that whoever waits
%% knows in which case the machine died.
%%
%%     erl -noinput -run conform_runner main SUITE RESULTS [Key=Value ...]
%%
%% after=N      go on behind the Nth case
%% only=A,B     these cases alone: `name' or `group/name'
%% limit=MS     what no case may exceed, whatever it asks for
%% cap=MS       no case begins after that long
%% priv=DIR     where the suite may write
%% verbose=1    what the cases print goes to standard output
%%
%% Lines of RESULTS, fields between tabs:
%%
%%     plan    CASES
%%     begin   INDEX  CASE
%%     result  INDEX  CASE  ok|skip|fail|timeout|notrun  MS  REASON
%%     note    TEXT
%%     end
%%
%% It keeps what the suites know of common_test: init_per_testcase, the case and end_per_testcase in one process, time limits
%% of suite, group and case, skipping by return or exception, saved configurations, the properties of groups. It needs little of
%% a machine: processes, links, timeouts, the code server and a raw file.
-module(conform_runner).
-export([main/1]).

%% An instance of a group; two of one name are two groups.
-record(group, {id, name, properties = [], limit}).
%% A case, with the groups that it is in, outermost first.
-record(tc, {index, name, groups = []}).
-record(run, {suite, file, options, limit, deadline, directory, saved = none}).

%% What end_per_testcase may take, and what a process that has been told to end.
-define(END_LIMIT, 60000).
-define(PATIENCE, 5000).

main([Name, Results | Words]) ->
    {ok, File} = file:open(Results, [append, raw]),
    Options = [option(Word) || Word <- Words],
    Status =
        try run(list_to_atom(Name), File, Options) of
            ok -> 0
        catch
            Class:Reason:Stack ->
                put_line(File, ["note", reason({Class, Reason, top(Stack)})]),
                1
        end,
    erlang:halt(Status).

option(Word) ->
    case string:split(Word, "=") of
        [Key, Value] -> {list_to_atom(Key), Value};
        [Key] -> {list_to_atom(Key), "1"}
    end.

number(Key, Options, Default) ->
    case lists:keyfind(Key, 1, Options) of
        {Key, Value} -> list_to_integer(Value);
        false -> Default
    end.

run(Suite, File, Options) ->
    process_flag(trap_exit, true),
    register(conform_runner, self()),
    {module, Suite} = code:ensure_loaded(Suite),
    _ = [code:ensure_loaded(Module) || Module <- preloaded()],
    Real = group_leader(),
    Leader = spawn(conform_io, leader, [Real, lists:keymember(verbose, 1, Options)]),
    %% A suite looks for this process.
    register(test_server_ctrl, Leader),
    group_leader(Leader, self()),
    {ok, Directory} = file:get_cwd(),
    Cap = number(cap, Options, 3600000),
    Run = #run{
        suite = Suite,
        file = File,
        options = Options,
        limit = number(limit, Options, 60000),
        deadline = now_ms() + Cap,
        directory = Directory
    },
    case Suite:all() of
        {skip, Why} ->
            put_line(File, ["plan", "1"]),
            result(#tc{index = 1, name = all}, skip, 0, Why, Run);
        All ->
            Cases = plan(Suite, All, Run),
            put_line(File, ["plan", integer_to_list(length(Cases))]),
            After = number('after', Options, 0),
            suite([Case || Case = #tc{index = Index} <- Cases, Index > After, wanted(Case, Options)], Run)
    end,
    put_line(File, ["end"]),
    ok.

%% Under common_test these are loaded long before. A case may stop the loading of code, or the file server, and call one
%% of them then.
preloaded() ->
    [
        timer, lists, proplists, string, unicode, maps, sets, ordsets, orddict, dict, gb_trees, gb_sets, queue, ets, io,
        io_lib, io_lib_format, io_lib_pretty, file, filename, filelib, code, os, re, binary, math, calendar, rand, rpc,
        erpc, peer, slave, net_adm, error_logger, logger, proc_lib, gen, gen_server, gen_statem, gen_event, supervisor,
        sys, erl_scan, erl_parse, erl_eval, erl_anno, epp, beam_lib, c, ct, test_server, erts_debug, atomics, counters,
        persistent_term, raw_file_io, raw_file_io_raw, conform_io
    ].

%% ---- The plan: all cases in their order.

plan(Suite, All, Run) ->
    Limit = limit(info(Suite, suite, []), Run#run.limit, Run),
    Groups = call(Suite, groups, [], []),
    {Cases, _} = plan(All, Groups, [#group{id = 0, name = '', limit = Limit}], Run, {[], 1}),
    lists:reverse(Cases).

plan(Items, Groups, Within, Run, Acc) ->
    lists:foldl(fun(Item, Acc0) -> item(Item, Groups, Within, Run, Acc0) end, Acc, Items).

item(Items, Groups, Within, Run, Acc) when is_list(Items) -> plan(Items, Groups, Within, Run, Acc);
item(Name, _, Within, _, Acc) when is_atom(Name) -> planned(Name, Within, Acc);
item({testcase, Name, _}, _, Within, _, Acc) -> planned(Name, Within, Acc);
item({group, Name}, Groups, Within, Run, Acc) -> group(Name, default, Groups, Within, Run, Acc);
item({group, Name, Properties}, Groups, Within, Run, Acc) -> group(Name, Properties, Groups, Within, Run, Acc);
item({group, Name, Properties, _}, Groups, Within, Run, Acc) -> group(Name, Properties, Groups, Within, Run, Acc);
item({Name, Members}, Groups, Within, Run, Acc) -> members(Name, [], Members, Groups, Within, Run, Acc);
item({Name, Properties, Members}, Groups, Within, Run, Acc) ->
    members(Name, Properties, Members, Groups, Within, Run, Acc).

planned(Name, Within, {Cases, Index}) ->
    {[#tc{index = Index, name = Name, groups = lists:reverse(Within)} | Cases], Index + 1}.

group(Name, Properties, Groups, Within, Run, Acc) ->
    case definition(Name, Groups) of
        {Own, Members} ->
            Used = case Properties of default -> Own; _ -> Properties end,
            members(Name, Used, Members, Groups, Within, Run, Acc);
        none ->
            planned(Name, Within, Acc)
    end.

members(Name, Properties, Members, Groups, [Outer | _] = Within, Run, {_, Index} = Acc) ->
    Limit = limit(info(Run#run.suite, group, [Name]), Outer#group.limit, Run),
    %% The depth keeps a group apart from one that begins with the same case.
    Id = {length(Within), Index},
    Group = #group{id = Id, name = Name, properties = Properties, limit = Limit},
    plan(Members, Groups, [Group | Within], Run, Acc).

%% Groups may be defined within others.
definition(_, []) -> none;
definition(Name, [{Name, Members} | _]) when is_list(Members) -> {[], Members};
definition(Name, [{Name, Properties, Members} | _]) when is_list(Members) -> {Properties, Members};
definition(Name, [{_, Members} | Rest]) when is_list(Members) -> within(Name, Members, Rest);
definition(Name, [{Kind, _, Members} | Rest]) when is_list(Members), Kind =/= group, Kind =/= testcase ->
    within(Name, Members, Rest);
definition(Name, [_ | Rest]) -> definition(Name, Rest).

within(Name, Members, Rest) ->
    case definition(Name, Members) of
        none -> definition(Name, Rest);
        Found -> Found
    end.

wanted(Case, Options) ->
    case lists:keyfind(only, 1, Options) of
        false ->
            true;
        {only, Text} ->
            Names = string:split(Text, ",", all),
            lists:member(title(Case), Names) orelse lists:member(text(Case#tc.name), Names)
    end.

%% The name of a case in results: `group/.../name'.
title(#tc{name = Name, groups = [_ | Groups]}) ->
    lists:append([text(Group#group.name) ++ "/" || Group <- Groups]) ++ text(Name);
title(#tc{name = Name}) ->
    text(Name).

%% ---- Running.

suite([], _) ->
    ok;
suite([#tc{groups = [Whole | _]} | _] = Cases, Run) ->
    Suite = Run#run.suite,
    Config = [{data_dir, data_directory(Suite)}, {priv_dir, private_directory(Run)}, {suite, Suite}],
    case fixture(init_per_suite, [Config], Whole#group.limit, Run) of
        {ok, Given} ->
            Base = lists:keydelete(suite, 1, Given),
            cases(Cases, [{Whole, Base}], Run),
            ending(end_per_suite, [Base], Whole#group.limit, Run);
        {Result, Why} ->
            _ = [result(Case, Result, 0, {init_per_suite, Why}, Run) || Case <- Cases],
            ok
    end.

%% `Open' are the groups that have been entered, innermost first, each with its configuration.
cases([], Open, Run) ->
    leave(Open, 1, Run);
cases([#tc{groups = Groups} = Case | Rest], Open, Run) ->
    Common = common(Groups, lists:reverse(Open), 0),
    Kept = leave(Open, Common, Run),
    case now_ms() > Run#run.deadline of
        true ->
            result(Case, notrun, 0, "the time for the suite is over", Run),
            cases(Rest, Kept, Run);
        false ->
            case enter(lists:nthtail(Common, Groups), Kept, Run) of
                {ok, Inner} ->
                    cases(Rest, Inner, one(Case, element(2, hd(Inner)), Run));
                {Result, Why, Group, Inner} ->
                    In = fun(#tc{groups = Of}) -> lists:keymember(Group#group.id, #group.id, Of) end,
                    {Lost, Others} = lists:splitwith(In, Rest),
                    _ = [result(Each, Result, 0, {init_per_group, Why}, Run) || Each <- [Case | Lost]],
                    cases(Others, Inner, Run)
            end
    end.

common([#group{id = Id} | Groups], [{#group{id = Id}, _} | Open], Count) -> common(Groups, Open, Count + 1);
common(_, _, Count) -> Count.

leave(Open, Depth, _) when length(Open) =< Depth ->
    Open;
leave([{Group, Config} | Open], Depth, Run) ->
    ending(end_per_group, [Group#group.name, Config], Group#group.limit, Run),
    leave(Open, Depth, Run).

enter([], Open, _) ->
    {ok, Open};
enter([Group | Inner], [{Outer, Config} | _] = Open, Run) ->
    Plain = lists:keydelete(tc_group_path, 1, lists:keydelete(tc_group_properties, 1, Config)),
    Path =
        case Outer#group.name of
            '' -> [];
            _ -> [{tc_group_path, [properties(Outer) | proplists:get_value(tc_group_path, Config, [])]}]
        end,
    Given = [{tc_group_properties, properties(Group)}] ++ Path ++ Plain,
    case fixture(init_per_group, [Group#group.name, Given], Group#group.limit, Run) of
        {ok, New} -> enter(Inner, [{Group, New} | Open], Run);
        {Result, Why} -> {Result, Why, Group, Open}
    end.

properties(#group{name = Name, properties = Properties}) when is_list(Properties) -> [{name, Name} | Properties];
properties(#group{name = Name}) -> [{name, Name}].

%% Calls a function that prepares, in a process of its own: {ok, Configuration}, or {skip | fail, Why}.
fixture(Function, Arguments, Outer, Run) ->
    Suite = Run#run.suite,
    case erlang:function_exported(Suite, Function, length(Arguments)) of
        false ->
            {ok, lists:last(Arguments)};
        true ->
            Limit = limit(info(Suite, Function, []), Outer, Run),
            case aside(fun() -> apply(Suite, Function, Arguments) end, Limit, Run) of
                {value, {skip, Why}} -> {skip, Why};
                {value, {skipped, Why}} -> {skip, Why};
                {value, {skip_and_save, Why, _}} -> {skip, Why};
                {value, {fail, Why}} -> {fail, Why};
                {value, Config} when is_list(Config) -> {ok, Config};
                {value, _} -> {ok, lists:last(Arguments)};
                {skip, Why} -> {skip, Why};
                Bad -> {fail, Bad}
            end
    end.

%% Calls one that tidies up; that it failed is worth a note.
ending(Function, Arguments, Limit, Run) ->
    Suite = Run#run.suite,
    case erlang:function_exported(Suite, Function, length(Arguments)) of
        false ->
            ok;
        true ->
            case aside(fun() -> apply(Suite, Function, Arguments) end, Limit, Run) of
                {value, _} -> ok;
                Bad -> put_line(Run#run.file, ["note", [text(Function), " ", reason(Bad)]])
            end
    end.

aside(Work, Limit, Run) ->
    Self = self(),
    Process = spawn_link(fun() -> Self ! {aside, self(), guarded(Work)} end),
    Result = aside_result(Process, now_ms() + Limit, Run),
    file:set_cwd(Run#run.directory),
    Result.

aside_result(Process, Deadline, Run) ->
    receive
        {aside, Process, Result} ->
            forget(Process),
            Result;
        {timetrap, Process, Time} ->
            aside_result(Process, now_ms() + bounded(milliseconds(Time), Run), Run);
        {'EXIT', Process, Why} ->
            receive
                {aside, Process, Result} -> Result
            after 0 -> ended(Why)
            end;
        {'EXIT', _, _} ->
            aside_result(Process, Deadline, Run)
    after left(Deadline) ->
        stop(Process),
        {exit, timeout}
    end.

ended({skip, Why}) -> {skip, Why};
ended({skipped, Why}) -> {skip, Why};
ended({{skip, Why}, _}) -> {skip, Why};
ended(Why) -> {exit, Why}.

guarded(Work) ->
    try
        {value, Work()}
    catch
        _:{skip, Why} -> {skip, Why};
        _:{skipped, Why} -> {skip, Why};
        exit:{test_case_failed, Why} -> {failed, Why};
        error:Why:Stack -> {error, Why, top(Stack)};
        Class:Why -> {Class, Why}
    end.

%% One case; gives the state for the next.
one(Case, Config0, Run) ->
    Suite = Run#run.suite,
    #tc{index = Index, name = Name, groups = Groups} = Case,
    put_line(Run#run.file, ["begin", integer_to_list(Index), title(Case)]),
    Limit = limit(info(Suite, Name, []), (lists:last(Groups))#group.limit, Run),
    Config =
        case Run#run.saved of
            none -> Config0;
            Saved -> [{saved_config, Saved} | Config0]
        end,
    Self = self(),
    Start = now_ms(),
    Process = spawn_link(fun() -> body(Self, Suite, Name, Config) end),
    Outcome = wait(Process, Start + Limit, {beginning, Config}, Run),
    Ms = now_ms() - Start,
    Seen = late_end(Outcome, Name, Limit, Run),
    file:set_cwd(Run#run.directory),
    drain(),
    {Result, Why, Save} = verdict(Seen),
    result(Case, Result, Ms, Why, Run),
    case Save of
        none -> Run;
        {save, Term} -> Run#run{saved = {Name, Term}}
    end.

%% If the process died in its case then end_per_testcase is called elsewhere.
late_end({died, Why, {running, Config}}, Name, Limit, Run) ->
    Status = {tc_status, {failed, Why}},
    ending(end_per_testcase, [Name, [Status | Config]], min(Limit, 15000), Run),
    {died, Why};
late_end({died, Why, _}, _, _, _) ->
    {died, Why};
late_end(Outcome, _, _, _) ->
    Outcome.

%% In the process of the case.
body(Runner, Suite, Name, Config0) ->
    Beginning = guarded(fun() -> call(Suite, init_per_testcase, [Name, Config0], Config0) end),
    case Beginning of
        {value, Config} when is_list(Config) ->
            Runner ! {phase, self(), {running, Config}},
            Result = guarded(fun() -> Suite:Name(Config) end),
            Runner ! {phase, self(), {ending, Result}},
            Status = {tc_status, status(Result)},
            End = guarded(fun() -> call(Suite, end_per_testcase, [Name, [Status | Config]], ok) end),
            Runner ! {done, self(), Result, End};
        {value, {skipped, Why}} ->
            Runner ! {done, self(), {skip, Why}, {value, ok}};
        {value, {skip, Why}} ->
            Runner ! {done, self(), {skip, Why}, {value, ok}};
        {skip, Why} ->
            Runner ! {done, self(), {skip, Why}, {value, ok}};
        Bad ->
            Runner ! {done, self(), {init_per_testcase, Bad}, {value, ok}}
    end.

status({value, {skip, Why}}) -> {skipped, Why};
status({value, {skipped, Why}}) -> {skipped, Why};
status({value, {fail, Why}}) -> {failed, Why};
status({value, _}) -> ok;
status({skip, Why}) -> {skipped, Why};
status(Bad) -> {failed, Bad}.

%% The process is linked and not monitored: cases look at themselves.
wait(Process, Deadline, Phase, Run) ->
    receive
        {phase, Process, {ending, _} = New} ->
            wait(Process, now_ms() + min(?END_LIMIT, Run#run.limit), New, Run);
        {phase, Process, New} ->
            wait(Process, Deadline, New, Run);
        {done, Process, Result, End} ->
            receive
                {'EXIT', Process, _} -> ok
            after ?PATIENCE -> stop(Process)
            end,
            {done, Result, End};
        {timetrap, Process, Time} ->
            wait(Process, now_ms() + bounded(milliseconds(Time), Run), Phase, Run);
        {'EXIT', Process, Why} ->
            died(Why, Phase);
        {'EXIT', _, _} ->
            wait(Process, Deadline, Phase, Run)
    after left(Deadline) ->
        stop(Process),
        died(timeout, Phase)
    end.

%% A case that had returned when its process ended has its result.
died(_, {ending, Result}) -> {done, Result, {value, ok}};
died(Why, Phase) -> {died, Why, Phase}.

verdict({done, {value, Value}, End}) ->
    case {returned(Value), End} of
        {{ok, _, _}, {value, {fail, Why}}} -> {fail, {end_per_testcase, Why}, none};
        {{ok, Why, none}, {value, {save_config, Save}}} -> {ok, Why, {save, Save}};
        {Result, _} -> Result
    end;
verdict({done, {skip, Why}, _}) -> {skip, Why, none};
verdict({done, Bad, _}) -> {fail, Bad, none};
verdict({died, timeout}) -> {timeout, "", none};
verdict({died, {skip, Why}}) -> {skip, Why, none};
verdict({died, {skipped, Why}}) -> {skip, Why, none};
verdict({died, Why}) -> {fail, {died, Why}, none}.

returned({skip, Why}) -> {skip, Why, none};
returned({skipped, Why}) -> {skip, Why, none};
returned({skip_and_save, Why, Save}) -> {skip, Why, {save, Save}};
returned({save_config, Save}) -> {ok, "", {save, Save}};
returned({fail, Why}) -> {fail, Why, none};
returned({failed, Why}) -> {fail, Why, none};
returned({'EXIT', Why}) -> {fail, {'EXIT', Why}, none};
returned(_) -> {ok, "", none}.

forget(Process) ->
    unlink(Process),
    receive
        {'EXIT', Process, _} -> ok
    after 0 -> ok
    end.

stop(Process) ->
    exit(Process, {timetrap_timeout, conform_runner}),
    receive
        {'EXIT', Process, _} -> ok
    after 1000 ->
        exit(Process, kill),
        receive
            {'EXIT', Process, _} -> ok
        after ?PATIENCE -> forget(Process)
        end
    end.

drain() ->
    receive
        {'EXIT', _, _} -> drain();
        {phase, _, _} -> drain();
        {aside, _, _} -> drain();
        {timetrap, _, _} -> drain()
    after 0 -> ok
    end.

%% ---- Limits of time.

call(Module, Function, Arguments, Default) ->
    case erlang:function_exported(Module, Function, length(Arguments)) of
        true -> apply(Module, Function, Arguments);
        false -> Default
    end.

%% What a suite says of itself, a group or a case.
info(Suite, Function, Arguments) ->
    case catch call(Suite, Function, Arguments, []) of
        List when is_list(List) -> List;
        _ -> []
    end.

limit(Info, Outer, Run) ->
    case [Time || {timetrap, Time} <- Info] of
        [Time | _] -> bounded(milliseconds(Time), Run);
        [] -> bounded(Outer, Run)
    end.

bounded(infinity, #run{limit = Most}) -> Most;
bounded(Time, #run{limit = Most}) -> min(Time, Most).

milliseconds({hours, Hours}) -> round(Hours * 3600000);
milliseconds({minutes, Minutes}) -> round(Minutes * 60000);
milliseconds({seconds, Seconds}) -> round(Seconds * 1000);
milliseconds(Number) when is_number(Number) -> round(Number);
milliseconds(_) -> infinity.

now_ms() -> erlang:monotonic_time(millisecond).

left(Deadline) -> max(0, Deadline - now_ms()).

%% ---- Directories.

data_directory(Suite) ->
    Directory = filename:dirname(code:which(Suite)),
    filename:absname(filename:join(Directory, text(Suite) ++ "_data")) ++ "/".

private_directory(#run{options = Options}) ->
    Directory = filename:absname(proplists:get_value(priv, Options, "priv")),
    ok = filelib:ensure_dir(filename:join(Directory, "x")),
    Directory ++ "/".

%% ---- Lines.

result(Case, Result, Ms, Why, Run) ->
    Fields = [integer_to_list(Case#tc.index), title(Case), text(Result), integer_to_list(Ms), reason(Why)],
    put_line(Run#run.file, ["result" | Fields]).

put_line(File, Fields) ->
    Line = lists:flatten(lists:join("\t", Fields)),
    ok = file:write(File, unicode:characters_to_binary(Line ++ "\n")).

reason("") -> "";
reason(Why) -> lists:sublist([printable(Char) || Char <- shown(Why)], 300).

shown(Why) ->
    case io_lib:printable_unicode_list(Why) of
        true -> Why;
        false -> try lists:flatten(io_lib:format("~0tp", [Why])) catch _:_ -> "a reason that cannot be printed" end
    end.

printable(Char) when Char < 32; Char =:= 127 -> $\s;
printable(Char) -> Char.

%% The uppermost frames, without arguments.
top(Stack) ->
    [frame(Frame) || Frame <- lists:sublist(Stack, 3)].

frame({Module, Function, Arguments, Where}) when is_list(Arguments) ->
    frame({Module, Function, length(Arguments), Where});
frame({Module, Function, Arity, Where}) ->
    {Module, Function, Arity, proplists:get_value(line, Where, 0)}.

text(Atom) when is_atom(Atom) -> atom_to_list(Atom);
text(Term) -> lists:flatten(io_lib:format("~0tp", [Term])).
