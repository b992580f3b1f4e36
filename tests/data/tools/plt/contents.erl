%% What is in a table of dialyzer, whatever the order of its dictionaries: how much of each kind, and a sum over it.
-module(contents).
-export([main/1]).

main([File]) ->
    {ok, Bytes} = file:read_file(File),
    [file_plt, Version, Files, Info, Contracts, Callbacks, Types, Exported, Dependencies, Implementation] =
        tuple_to_list(binary_to_term(Bytes)),
    Parts = [{version, [Version]},
             {files, named(Files)},
             {info, dict:to_list(Info)},
             {contracts, dict:to_list(Contracts)},
             {callbacks, dict:to_list(Callbacks)},
             {types, [{Module, lists:sort(dict:to_list(Named))} || {Module, Named} <- dict:to_list(Types)]},
             {exported_types, sets:to_list(Exported)},
             {dependencies, [{Module, lists:sort(On)} || {Module, On} <- dict:to_list(Dependencies)]},
             {implementation, named(Implementation)}],
    [part(Name, lists:sort(Entries)) || {Name, Entries} <- Parts],
    halt().

named(Files) -> [{filename:basename(File), Sum} || {File, Sum} <- Files].

part(Name, Entries) ->
    Sums = [erlang:md5(term_to_binary(Entry, [deterministic])) || Entry <- Entries],
    io:format("~w: ~w entries, ~s~n", [Name, length(Entries), binary:encode_hex(erlang:md5(Sums))]).
