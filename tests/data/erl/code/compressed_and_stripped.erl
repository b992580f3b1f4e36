-module(compressed_and_stripped).
-export([main/0]).
-include("../../t.hrl").

main() ->
    {M, C} = t:compile("-module(cstr). -export([f/1]). f(X) -> {X, \"literal\", #{a => [1,2]}}.", [debug_info]), {ok, {M, S}} = beam_lib:strip(C), ?P(byte_size(S) < byte_size(C)), ?P(element(1, code:load_binary(M, "s", S))), ?P(M:f(1)), code:purge(M), Z = zlib:gzip(C), ?P(element(1, code:load_binary(M, "z", Z))), ?P(M:f(2)), code:purge(M), {M, C2} = t:compile("-module(cstr). -export([f/1]). f(X) -> {comp, X}.", [compressed]), ?P(element(1, code:load_binary(M, "c", C2))), ?P(M:f(3)), ?P(element(1, beam_lib:md5(C))), {ok, {M, [{exports, E}]}} = beam_lib:chunks(C, [exports]), ?P(E), ?P(lists:member("Code", [N || {N, _} <- element(3, beam_lib:all_chunks(C))])), ?P(beam_lib:info(C) =/= []), ?P(beam_lib:chunks(<<"x">>, [exports])), t:unload(M).
