-module(streams).
-export([main/0]).
-include("../../t.hrl").

main() ->
    Z = zlib:open(), ?P(is_reference(Z)), ?P(zlib:deflateInit(Z, best_compression)), A = zlib:deflate(Z, <<"hello ">>), B = zlib:deflate(Z, "world", sync), C = zlib:deflate(Z, binary:copy(<<"x">>, 10000), finish), ?P(zlib:deflateEnd(Z)), ?P(zlib:close(Z)), All = iolist_to_binary([A, B, C]), I = zlib:open(), ?P(zlib:inflateInit(I)), {P1, P2} = split_binary(All, 7), R1 = zlib:inflate(I, P1), R2 = zlib:inflate(I, P2), ?P(iolist_size([R1, R2])), ?P(zlib:inflateEnd(I)), ?X(zlib:inflate(I, <<1>>)), ?P(zlib:inflateInit(I)), ?X(zlib:inflateEnd(I)), zlib:close(I), ?X(zlib:close(I)), J = zlib:open(), zlib:inflateInit(J), ?P(safe(J, zlib:safeInflate(J, All), 0)), zlib:close(J), K = zlib:open(), ?X(zlib:deflate(K, "x")), ?X(zlib:deflateInit(K, foo)), ?P(zlib:deflateInit(K, default, deflated, -15, 8, default)), Raw = zlib:deflate(K, "raw data", finish), ?P(zlib:unzip(Raw)), ?P(zlib:deflateReset(K)), ?P(zlib:deflateParams(K, best_speed, default)), ?P(zlib:unzip(zlib:deflate(K, "again", finish))), ?P(zlib:deflateEnd(K)), ?P(zlib:deflateInit(K)), ?P(zlib:deflateSetDictionary(K, "dictionary words")), Dz = zlib:deflate(K, "words dictionary words", finish), zlib:close(K), L = zlib:open(), zlib:inflateInit(L), ?X(zlib:inflate(L, Dz)), zlib:close(L), M = zlib:open(), ?P(zlib:inflateInit(M)), ?P(zlib:set_controlling_process(M, self())), ?P(try zlib:inflate(M, Dz) catch error:{need_dictionary, Ad} -> zlib:inflateSetDictionary(M, "dictionary words"), {Ad =:= erlang:adler32("dictionary words"), iolist_to_binary(zlib:inflate(M, []))} end), ?X(spawn_call(fun() -> zlib:inflate(M, <<>>) end)).

safe(J, {continue, O}, N) -> safe(J, zlib:safeInflate(J, []), N + iolist_size(O));
safe(_, {finished, O}, N) -> N + iolist_size(O).
spawn_call(F) -> Me = self(), spawn(fun() -> Me ! {r, t:r(F)} end), receive {r, R} -> R end.
