%% How long does OTP's compiler take for modules of OTP itself?
%% group: start
%% result: by release
-module(compiler).
-export([scale/0, run/1]).

scale() -> 1.

run(Rounds) -> run(Rounds, 0).

run(0, Sum) -> Sum;
run(Rounds, Sum) -> run(Rounds - 1, Sum + lists:sum([compiled(Module) || Module <- [lists, gen_server]])).

compiled(Module) ->
    {ok, {_, [{abstract_code, {_, Forms}}]}} = beam_lib:chunks(code:which(Module), [abstract_code]),
    {ok, Module, Binary, _} = compile:forms(Forms, [binary, deterministic, return]),
    byte_size(Binary).
