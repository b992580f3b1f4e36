-module(file_round_trip).
-export([main/0]).
-include("../../t.hrl").

main() ->
    T = ets:new(saved, [ named_table, {keypos, 2}]), ets:insert(T, [{I, K} || {I, K} <- lists:enumerate([a, "b", {c}, 1.5, <<"e">>])]), F = "ets_file_round_trip.tab", ?P(ets:tab2file(T, F)), ?P(element(1, ets:tabfile_info(F))), ets:delete(T), {ok, T2} = ets:file2tab(F), ?P(T2), ?P(lists:sort(ets:tab2list(T2))), ?P(ets:info(T2, keypos)), ets:delete(T2), ?P(element(1, ets:file2tab("nofile"))), file:write_file(F, <<"rubbish">>), ?P(element(1, ets:file2tab(F))), file:delete(F), ets:new(q, [named_table]), ets:insert(q, [{1, a}, {2, b}]), ?P(lists:sort(qlc_free(q))), ?X(ets:to_dets(q, nope)).

qlc_free(T) -> [X || {_, X} <- ets:tab2list(T)].
