%% Which functions are natives: what `system_info(snifs)` lists, what `is_builtin/3` says of it, and of what is none or an instruction.
-module(natives_that_are_listed).
-export([main/0]).

main() ->
    Natives = lists:sort(erlang:system_info(snifs)),
    t:p([Name || {Module, Function, Arity} = Name <- Natives, not erlang:is_builtin(Module, Function, Arity)]),
    [t:p({Module, length([Name || {M, _, _} = Name <- Natives, M =:= Module])}) || Module <- [erlang, erts_internal, ets, maps, lists, re, binary, code, os, unicode]],
    t:p([Name || {_, Function, _} = Name <- Natives, lists:member(Function, [load_nif, dist_spawn_request, apply, yield, hibernate, run_at_length])]),
    [t:p({Function, Arity, erlang:is_builtin(erlang, Function, Arity)})
     || {Function, Arity} <- [{apply, 2}, {apply, 3}, {yield, 0}, {load_nif, 2}, {spawn, 1}, {hibernate, 3}, {apply, 42}]].
