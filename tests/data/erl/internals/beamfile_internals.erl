%% not: zeal
%% Chunks and digest of an object file (the compiler is too slow for zeal).
-module(beamfile_internals).
-export([main/0]).

main() ->
    Forms = [{attribute, 1, module, small_thing}, {attribute, 2, export, [{f, 0}]}, {function, 3, f, 0, [{clause, 3, [], [], [{atom, 3, ok}]}]}],
    {ok, small_thing, Code} = compile:forms(Forms, [deterministic]),
    t:p(exports, is_binary(erts_internal:beamfile_chunk(Code, "ExpT"))),
    t:p(none, erts_internal:beamfile_chunk(Code, "Nope")),
    t:p(attributes, binary_to_term(erts_internal:beamfile_chunk(Code, "Attr")) =:= proplists:get_value(attributes, chunks(Code, attributes))),
    t:x(short, fun() -> erts_internal:beamfile_chunk(Code, t:id("Exp")) end),
    t:x(long, fun() -> erts_internal:beamfile_chunk(Code, t:id("ExpTT")) end),
    t:x(no_name, fun() -> erts_internal:beamfile_chunk(Code, t:id(a)) end),
    t:x(no_code, fun() -> erts_internal:beamfile_chunk(t:id(a), "ExpT") end),
    t:x(garbage, fun() -> erts_internal:beamfile_chunk(<<"garbage">>, "ExpT") end),
    t:x(cut, fun() -> erts_internal:beamfile_chunk(binary:part(Code, 0, 40), "ExpT") end),
    {ok, {small_thing, Digest}} = beam_lib:md5(Code),
    t:p(digest, erts_internal:beamfile_module_md5(Code) =:= Digest),
    t:x(garbage, fun() -> erts_internal:beamfile_module_md5(<<"garbage">>) end),
    t:x(no_code, fun() -> erts_internal:beamfile_module_md5(t:id(a)) end).

chunks(Code, Name) ->
    {ok, {_, Found}} = beam_lib:chunks(Code, [Name]),
    Found.
