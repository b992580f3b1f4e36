-module(dets_tables).
-export([main/0]).
-include("../../t.hrl").

main() ->
    F = "file_dets.tmp", {ok, D} = dets:open_file(dets_t, [{file, F}, {type, set}]), ?P(D), ?P(dets:insert(D, [{I, I * I} || I <- lists:seq(1, 500)])), ?P(dets:lookup(D, 20)), ?P(dets:info(D, size)), ?P(dets:delete(D, 20)), ?P(dets:lookup(D, 20)), ?P(dets:update_counter(D, 3, 10)), ?P(lists:sort(dets:match(D, {'$1', 16}))), ?P(length(dets:select(D, [{{'$1', '_'}, [{'<', '$1', 10}], ['$1']}]))), ?P(dets:insert_new(D, {3, x})), ?P(dets:close(D)), {ok, D} = dets:open_file(D, [{file, F}]), ?P(dets:info(D, size)), ?P(dets:foldl(fun({K, _}, A) -> K + A end, 0, D)), ?P(dets:sync(D)), ?P(dets:delete_all_objects(D)), ?P(dets:info(D, no_objects)), ?P(dets:close(D)), ?P(dets:close(D)), ?P(dets:is_dets_file(F)), file:write_file(F, "junk"), ?P(element(1, dets:open_file(D, [{file, F}]))), ?P(dets:is_dets_file(F)), file:delete(F), {ok, B} = dets:open_file(dets_b, [{file, F}, {type, bag}, {ram_file, true}]), dets:insert(B, [{a, 1}, {a, 2}, {b, 1}]), ?P(lists:sort(dets:lookup(B, a))), ?P(dets:to_ets(B, ets:new(x, [bag])) =/= x), dets:close(B), file:delete(F).
