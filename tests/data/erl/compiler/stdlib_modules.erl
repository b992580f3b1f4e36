%% timeout: 120
%% not: zeal
%% OTP's own sources are not at hand everywhere; their abstract code is in the object files where it is kept.
-module(stdlib_modules).
-export([main/0]).
-include("../../t.hrl").

main() ->
    ?P([try {ok, {M, [{abstract_code, {_, Fs}}]}} = beam_lib:chunks(code:which(M), [abstract_code]), {ok, M, B} = compile:forms(Fs, [deterministic, binary]), {M, byte_size(B) > 100} catch error:{badmatch, _} -> {M, true} end || M <- [lists, proplists, queue, orddict, gb_trees, io_lib_pretty, erl_scan, gen_server]]).
