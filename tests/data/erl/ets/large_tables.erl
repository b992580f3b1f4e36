-module(large_tables).
-export([main/0]).
-include("../../t.hrl").

main() ->
    N = 50000, [begin T = ets:new(t, [Ty, public]), true = ets:insert(T, [{I, I rem 100, {data, I}} || I <- lists:seq(1, N)]), t:p(Ty, {ets:info(T, size), lists:sum([I || I <- lists:seq(1, N, 97), ets:lookup(T, I) =:= [{I, I rem 100, {data, I}}]]), ets:select_count(T, [{{'_', 5, '_'}, [], [true]}]), ets:select_delete(T, [{{'$1', '_', '_'}, [{'=:=', {'rem', '$1', 2}, 0}], [true]}]), ets:info(T, size), length(ets:match_object(T, {'_', 7, '_'})), ets:foldl(fun({K, _, _}, A) -> A + K end, 0, T)}), [ets:delete(T, I) || I <- lists:seq(1, N)], ?P(ets:info(T, size)), ?P(ets:tab2list(T)) end || Ty <- [set, ordered_set, bag, duplicate_bag]].
