%% since: 29
%% Records as external terms: bytes, way back, and bytes that are none.
-module(rec_etf).
-export([main/0]).
-include("../../t.hrl").

-record #empty{}.
-record #point{x = 0, y}.
-record #shown{'a b', c = []}.
-export_record([shown]).

main() ->
    Rs = [#empty{}, #point{y = 1}, #shown{'a b' = "text"}, #point{x = #point{y = self()}, y = [#shown{'a b' = 1 bsl 80}]}],
    [?P(erlang:phash2(term_to_binary(R, [deterministic]))) || R <- [hd(Rs)]], ?P([binary_to_term(term_to_binary(R)) =:= R || R <- Rs]), ?P(term_to_binary(#point{x = 7, y = ok})), ?P(term_to_binary(#empty{})), ?P(term_to_binary(#shown{'a b' = 1})), ?P([erlang:external_size(R) =:= byte_size(term_to_binary(R)) || R <- Rs]),
    ?P([binary_to_term(term_to_binary(R, [compressed])) =:= R || R <- Rs]), ?P(binary_to_term(ext(1, rec_etf, point, [x, y], [1, 2]), [safe])), ?X(binary_to_term(ext(0, rec_etf, <<"rec_etf_new_atom_", "1">>, [], []), [safe])),
    ?P(binary_to_term(ext(0, rec_etf, point, [x, y], [1, 2])) =:= #point{x = 1, y = 2}), ?P(binary_to_term(ext(1, rec_etf, point, [x, y], [1, 2])) =:= #point{x = 1, y = 2}), ?P(binary_to_term(ext(0, rec_etf, point, [y, x], [1, 2])) =:= #point{x = 2, y = 1}), ?P(binary_to_term(ext(0, none, point, [y, x], [1, 2]))), ?P(binary_to_term(ext(1, 'No Module', 'Some Name', ['F 1', f2], [[], {}]))),
    Bad = [ext(2, rec_etf, point, [x, y], [1, 2]), ext(255, rec_etf, point, [], []), ext(0, rec_etf, point, [x, x], [1, 2]), ext(0, 1, point, [x], [1]), ext(0, rec_etf, "p", [x], [1]), ext(0, rec_etf, point, [1], [1]), ext(0, rec_etf, point, [x, y], [1]), ext(0, rec_etf, point, [x], []), <<131, $C>>, <<131, $C, 255:32, 0>>, <<131, $C, 16#ffffffff:32, 0, 1>>, <<131, $C, 0:32, 0>>],
    [?X(binary_to_term(B)) || B <- Bad], All = ext(1, rec_etf, point, [x, y], [1, 2]), ?P(lists:usort([t:r(fun() -> binary_to_term(binary:part(All, 0, N)) end) || N <- lists:seq(1, byte_size(All) - 1)])),
    Big = [list_to_atom("etf_field_" ++ integer_to_list(I)) || I <- lists:seq(1, 1000)], R = binary_to_term(ext(1, m, n, Big, lists:seq(1, 1000))), ?P(records:get_field_names(R) =:= Big), ?P(records:get(etf_field_777, R)), ?P(binary_to_term(term_to_binary(R)) =:= R), ?P(element(2, binary_to_term(<<(ext(1, m, n, [a], [1]))/binary, 1, 2>>, [used]))).

ext(Flags, Module, Name, Fields, Values) ->
    <<131, $C, (length(Fields)):32, Flags, (part(Module))/binary, (part(Name))/binary, << <<(part(F))/binary>> || F <- Fields >>/binary, << <<(part(V))/binary>> || V <- Values >>/binary>>.

part(New) when is_binary(New) -> <<$w, (byte_size(New)), New/binary>>;
part(Term) -> <<131, Bytes/binary>> = term_to_binary(Term), Bytes.
