%% since: 29
%% The checksum of a module with records of its own is that in its version.
-module(module_md5).
-export([main/0]).

main() ->
    Module = [{attribute, 1, module, with_records}, {attribute, 1, export, [{f, 0}]}, {function, 2, f, 0, [{clause, 2, [], [], [{integer, 2, 1}]}]}],
    [begin
         {ok, with_records, Beam} = compile:forms(Forms, [deterministic]),
         {ok, {with_records, [Version]}} = beam_lib:version(Beam),
         t:p([<<Version:128>> =:= code:module_md5(Beam), lists:sort([Id || {Id, _} <- chunks(Beam)]), Version])
     end || Forms <- [Module, source()]].

chunks(Beam) -> {ok, _, Chunks} = beam_lib:all_chunks(Beam), Chunks.

source() ->
    Lines = ["-module(with_records).", "-export([f/0, g/1]).", "-record #point{x = 0, y}.", "f() -> #point{y = 2}.", "g(#point{x = X}) -> X."],
    [begin {ok, Tokens, _} = erl_scan:string(Line), {ok, Form} = erl_parse:parse_form(Tokens), Form end || Line <- Lines].
