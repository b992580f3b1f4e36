%% own_vm
%% What a restart of the node does to persistent terms: all are gone at once, and the keys can be used anew.
-module(erase_persistent_terms).
-export([main/0]).

main() ->
    [persistent_term:put({?MODULE, N}, {value, lists:seq(1, N)}) || N <- lists:seq(1, 20)],
    Held = persistent_term:get({?MODULE, 20}),
    t:p(before, {length(mine()), maps:get(count, persistent_term:info()) >= 20}),
    t:p(erased, erts_internal:erase_persistent_terms()),
    t:p(mine, mine()),
    t:p(count, maps:get(count, persistent_term:info())),
    t:x(get, fun() -> persistent_term:get({?MODULE, 1}) end),
    t:p(get, persistent_term:get({?MODULE, 1}, default)),
    t:p(erase, persistent_term:erase({?MODULE, 1})),
    erlang:garbage_collect(),
    t:p(held, Held),
    t:p(again, erts_internal:erase_persistent_terms()),
    persistent_term:put({?MODULE, 2}, anew),
    t:p(mine, mine()),
    t:p(erase, persistent_term:erase({?MODULE, 2})),
    t:p(count, maps:get(count, persistent_term:info())).

mine() -> lists:sort([Row || {{?MODULE, _}, _} = Row <- persistent_term:get()]).
