%% How fast are a thousand modules loaded?
%% group: start
-module(loading).
-export([scale/0, run/1]).

scale() -> 1000.

%% Copies of some of these programs under other names of the same length.
run(Count) ->
    Templates = [object(Module) || Module <- [awfy_richards, awfy_havlak, awfy_json, strings, state_machines]],
    load(Count, Templates, 0).

object(Module) ->
    {Module, Code, _} = code:get_object_code(Module),
    {atom_to_binary(Module), Code}.

load(0, _, Sum) -> Sum;
load(N, [{Name, Code} = Template | Rest], Sum) ->
    Other = iolist_to_binary(io_lib:format("m~*..0b", [byte_size(Name) - 1, N])),
    Module = binary_to_atom(Other),
    {module, Module} = code:load_binary(Module, "none", binary:replace(Code, Name, Other, [global])),
    load(N - 1, Rest ++ [Template], Sum + Module:scale()).
