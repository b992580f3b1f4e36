-module(table_types).
-export([main/0]).
-include("../../t.hrl").

main() ->
    [begin T = ets:new(t, [Ty]), ?P(ets:insert(T, [{b, 1}, {a, 2}, {c, 3}, {a, 4}, {a, 2}, {1, x}, {1.0, y}])), t:p(Ty, {lists:sort(ets:tab2list(T)) =:= lists:sort(lists:usort(ets:tab2list(T))), ets:info(T, size), ets:lookup(T, a), length(ets:lookup(T, 1)), ets:member(T, c), ets:member(T, z)}), ?P(ets:delete(T, a)), ?P(ets:info(T, size)), ?P(ets:delete_object(T, {b, 1})), ?P(ets:delete_object(T, {c, nope})), ?P(ets:info(T, size)), ?P(ets:delete_all_objects(T)), ?P(ets:info(T, size)), ?P(ets:delete(T)), ?X(ets:lookup(T, a)) end || Ty <- [set, ordered_set, bag, duplicate_bag]].
