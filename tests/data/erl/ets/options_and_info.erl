-module(options_and_info).
-export([main/0]).
-include("../../t.hrl").

main() ->
    T = ets:new(my_tab, [named_table, public, {keypos, 2}, {read_concurrency, true}, {write_concurrency, true}, compressed, {heir, none}]), ?P(T), ets:insert(my_tab, {v, key, w}), ?P(ets:lookup(my_tab, key)), [t:p(I, ets:info(my_tab, I)) || I <- [name, keypos, protection, type, size, named_table, compressed, heir, read_concurrency, decentralized_counters, fixed, safe_fixed, node, owner]], ?P(is_integer(ets:info(my_tab, memory))), ?P(lists:sort([K || {K, _} <- ets:info(my_tab)])), ?P(is_reference(ets:info(my_tab, id))), ?P(ets:whereis(my_tab) =:= ets:info(my_tab, id)), ?P(ets:whereis(nope)), ?P(ets:info(nope)), ?P(ets:info(nope, size)), ?P(ets:rename(my_tab, new_name)), ?P(ets:info(my_tab, size)), ?P(ets:lookup(new_name, key)), ?P(ets:insert(new_name, {a, b})), ?P(lists:member(new_name, ets:all())), ?P(ets:delete(new_name)),
    ?X(ets:new(?I(1), [])), ?X(ets:new(t, [foo])), ?X(ets:new(t, ?I(x))), ?X(ets:new(t, [{keypos, 0}])), ets:new(dup_name, [named_table]), ?X(ets:new(dup_name, [named_table])), ?X(ets:insert(dup_name, {})), ?X(ets:insert(dup_name, [{a}, b])), ?X(ets:insert(dup_name, x)), ?X(ets:info(dup_name, foo)), ?X(ets:rename(nope, x)), ?X(ets:insert(ets:new(k3, [{keypos, 3}]), {a, b})), ?X(ets:info(?I("x"))).
