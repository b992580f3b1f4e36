%% erlang:loaded/0 and pre_loaded/0: the newest name of a module comes first; a name keeps its place when the module is deleted and loaded again.
-module(loaded_order).
-export([main/0]).

main() ->
    [load(M) || M <- [loaded_order_a, loaded_order_b, loaded_order_c]],
    t:p(mine()),
    t:p(erlang:delete_module(loaded_order_b)),
    t:p(mine()),
    erlang:purge_module(loaded_order_b),
    load(loaded_order_b),
    t:p(mine()),
    t:p([M || M <- [init, erlang, loaded_order], lists:member(M, erlang:loaded())]),
    t:p(lists:last(erlang:loaded())),
    t:p(lists:last(erlang:pre_loaded())).

mine() ->
    [M || M <- erlang:loaded(), lists:prefix("loaded_order_", atom_to_list(M))].

load(Module) ->
    {ok, Module, Beam} = compile:forms([{attribute, 1, module, Module}]),
    {module, Module} = erlang:load_module(Module, Beam).
