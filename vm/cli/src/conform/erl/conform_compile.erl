%% Compiles suites of one directory, and what they call there.
%%
%%     erl -noinput -run conform_compile main DIRECTORY JOBS VARIANTS SUITES
%%
%% VARIANTS is a file of one term, `[{Suffix, [Option]}]', for suites that are clones of others. SUITES is a file of their modules. What has been compiled since its
%% source changed stays. A line of output for each file, fields between tabs: `ok FILE' or `failed FILE REASON'; and `begin FILE DONE ALL' when it begins, where
%% DONE of ALL that are compiled with it are done.
-module(conform_compile).
-export([main/1]).

main([Directory, Jobs, VariantsFile, SuitesFile]) ->
    {ok, [Variants]} = file:consult(VariantsFile),
    {ok, Text} = file:read_file(SuitesFile),
    Suites = string:lexemes(binary_to_list(Text), "\n"),
    ok = file:set_cwd(Directory),
    Names = lists:sort(filelib:wildcard("*.erl") ++ filelib:wildcard("*.core")),
    Helpers = [Name || Name <- Names, not lists:suffix("_SUITE", filename:rootname(Name))],
    Compile = fun(Name) -> compile(Name, Variants) end,
    %% A helper may be a parse transform of others: what fails is tried again when all others are there.
    First = all(Helpers, Jobs, Compile),
    report([{Name, ok} || {Name, ok} <- First]),
    Failed = [Name || {Name, {failed, _}} <- First],
    report(all(Failed, Jobs, Compile)),
    suites(Suites, Names, [], Jobs, Compile),
    erlang:halt(0).

suites([], _, _, _, _) ->
    ok;
suites(Suites, Names, Done, Jobs, Compile) ->
    Files = [Name || Name <- Names, lists:member(filename:rootname(Name), Suites)],
    report(all(Files, Jobs, Compile)),
    Seen = Suites ++ Done,
    Called = lists:usort(lists:append([called(Suite) || Suite <- Suites])),
    More = [Module || Module <- Called, lists:suffix("_SUITE", Module), not lists:member(Module, Seen)],
    suites([Module || Module <- More, lists:member(Module ++ ".erl", Names)], Names, Seen, Jobs, Compile).

%% The modules that a compiled one calls.
called(Module) ->
    case beam_lib:chunks(Module ++ ".beam", [imports]) of
        {ok, {_, [{imports, Imports}]}} -> lists:usort([atom_to_list(Of) || {Of, _, _} <- Imports]);
        {error, beam_lib, _} -> []
    end.

report(Results) ->
    _ = [io:put_chars(line(Name, Result)) || {Name, Result} <- Results, Result =/= kept],
    ok.

line(Name, ok) -> ["ok\t", Name, "\n"];
line(Name, {failed, Reason}) ->
    Text = lists:flatten(io_lib:format("~0tp", [Reason])),
    ["failed\t", Name, "\t", lists:sublist([C || C <- Text, C >= 32], 300), "\n"].

%% `Jobs' at a time.
all(Names, Jobs, Compile) ->
    {Stale, Fresh} = lists:partition(fun is_stale/1, Names),
    all(Stale, list_to_integer(Jobs), 0, Compile, length(Stale), [{Name, kept} || Name <- Fresh]).

all([], _, 0, _, _, Results) ->
    lists:reverse(Results);
all([Name | Rest], Free, Running, Compile, All, Results) when Free > 0 ->
    Self = self(),
    io:put_chars(["begin\t", Name, "\t", integer_to_list(All - length(Rest) - 1), "\t", integer_to_list(All), "\n"]),
    spawn(fun() -> Self ! {compiled, Name, Compile(Name)} end),
    all(Rest, Free - 1, Running + 1, Compile, All, Results);
all(Names, Free, Running, Compile, All, Results) ->
    receive
        {compiled, Name, Result} ->
            all(Names, Free + 1, Running - 1, Compile, All, [{Name, Result} | Results])
    end.

is_stale(Name) ->
    filelib:last_modified(filename:rootname(Name) ++ ".beam") < filelib:last_modified(Name).

compile(Name, Variants) ->
    Module = filename:rootname(Name),
    Kind = case filename:extension(Name) of ".core" -> [from_core]; ".erl" -> [] end,
    Special = [Options || {Suffix, Options} <- Variants, lists:suffix(Suffix, Module)],
    Options = [debug_info, return, {i, "."}] ++ Kind ++ lists:append(lists:sublist(Special, 1)),
    try compile:file(Module, Options) of
        Result when element(1, Result) =:= ok -> ok;
        {error, Errors, _} -> {failed, Errors};
        error -> {failed, error}
    catch
        Class:Reason -> {failed, {Class, Reason}}
    end.
