%% since: 29
-module(native_records).
-export([main/0]).
-include("../../t.hrl").

main() ->
    M = t:load("-module(natrec). -export([new/1, get_/1, upd/2, is/1, m/1]). -record #point{x = 0, y = 0}. new(X) -> #point{x = X}. get_(#point{x = X, y = Y}) -> {X, Y}. upd(P, Y) -> P#point{y = Y}. is(P) -> is_record(P, point). m(P) -> case P of #point{x = 1} -> one; #point{} -> other; _ -> no end.", []), P = M:new(5), ?P(M:get_(P)), Q = M:upd(P, 7), ?P(M:get_(Q)), ?P(M:m(Q)), ?P(M:m(M:new(1))), ?P(M:m(x)), ?P(P =:= M:new(5)), ?P(P == Q), ?P(P < Q), ?P(is_tuple(P)), ?X(M:get_(?I({point, 1, 2}))), ?P(binary_to_term(term_to_binary(Q)) =:= Q), ?P(io_lib:format("~p", [Q])), ?P(maps:get(Q, #{Q => v})), t:unload(M).
