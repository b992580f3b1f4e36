%% What the module ets asks the machine for.
-module(ets_internals).
-export([main/0]).

main() ->
    T = ets:new(t, [set, public]),
    true = ets:insert(T, [{N, N rem 3} || N <- lists:seq(1, 10)]),
    t:p(super, erts_internal:ets_super_user(true)),
    t:p(super, erts_internal:ets_super_user(false)),
    t:x(fun() -> erts_internal:ets_super_user(t:id(a)) end),
    t:p(raw, length(raw(T, erts_internal:ets_raw_first(T), []))),
    t:x(fun() -> erts_internal:ets_raw_first(t:id(none)) end),
    t:x(fun() -> erts_internal:ets_lookup_binary_info(T, 1) end),
    true = ets:insert(T, {binary, binary:copy(<<"x">>, 100), <<"heap">>}),
    t:p(binaries, [tuple_size(I) || I <- erts_internal:ets_lookup_binary_info(T, binary)]),
    t:x(fun() -> erts_internal:ets_lookup_binary_info(T, t:id(missing)) end),
    Compiled = ets:match_spec_compile([{{'$1', 1}, [], ['$1']}]),
    t:p(run, lists:sort(ets:match_spec_run_r(ets:tab2list(T), Compiled, [begin_with]))),
    t:x(fun() -> ets:match_spec_run_r(t:id(a), Compiled, []) end),
    t:x(fun() -> ets:match_spec_run_r([], t:id(a), []) end),
    t:p(deleted, ets:internal_select_delete(T, [{{'_', 1}, [], [true]}])),
    t:x(fun() -> ets:internal_select_delete(T, t:id(a)) end),
    t:p(left, ets:info(T, size)),
    t:p(deleted, ets:internal_delete_all(T, undefined)),
    t:p(left, ets:info(T, size)),
    t:x(fun() -> ets:internal_delete_all(t:id(none), undefined) end),
    t:p(all, lists:member(T, ets:all())),
    t:p(asked, lists:member(T, all_of(ets:internal_request_all(), schedulers()))).

schedulers() -> erlang:system_info(schedulers).

%% Each scheduler tells of its tables.
all_of(_, 0) -> [];
all_of(Ref, Left) ->
    receive {Ref, Tables} when is_list(Tables) -> Tables ++ all_of(Ref, Left - 1) after 5000 -> [{missing, Left}] end.

raw(_, '$end_of_table', Done) -> Done;
raw(T, Key, Done) -> raw(T, erts_internal:ets_raw_next(T, Key), [Key | Done]).
