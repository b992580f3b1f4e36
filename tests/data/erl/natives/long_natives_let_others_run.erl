%% flags: +S 1
%% not: zeal
%% timeout: 60
-module(long_natives_let_others_run).
-export([main/0]).

%% Natives that work for long: their results, and that another process runs meanwhile where there is one scheduler only.
main() ->
    N = 100000,
    Pairs = [{I, I * 7} || I <- lists:seq(1, N)],
    Counter = counters:new(1, []),
    Other = spawn_link(fun() -> count(Counter) end),
    Run = fun(Name, Fun) ->
        Before = counters:get(Counter, 1),
        Value = Fun(),
        t:p(Name, {counters:get(Counter, 1) > Before, Value})
    end,
    Set = table(set, Pairs),
    Ordered = table(ordered_set, Pairs),
    Bag = table(duplicate_bag, Pairs),
    Run(select, fun() -> [lists:sort(ets:select(T, [{{'$1', '$2'}, [{'<', '$1', 4}], ['$2']}])) || T <- [Set, Ordered, Bag]] end),
    Run(select_reverse, fun() -> ets:select_reverse(Ordered, [{{'$1', '$2'}, [{'<', '$2', 30}], ['$1']}]) end),
    Run(match, fun() -> ets:match(Bag, {'$1', 70}) end),
    Run(match_object, fun() -> ets:match_object(Set, {'_', 70}) end),
    Run(tab2list, fun() -> length(ets:tab2list(Set)) end),
    Run(select_count, fun() -> ets:select_count(Set, [{{'$1', '_'}, [{'>', '$1', 1000}], [true]}]) end),
    Run(select_replace, fun() -> {ets:select_replace(Ordered, [{{'$1', '$2'}, [], [{{'$1', 1}}]}]), ets:lookup(Ordered, 17)} end),
    Run(select_delete, fun() -> {ets:select_delete(Set, [{{'$1', '_'}, [{'>', '$1', 10}], [true]}]), lists:sort(ets:tab2list(Set))} end),
    Run(insert, fun() -> T = ets:new(t, [set]), {ets:insert(T, Pairs), ets:info(T, size), ets:insert_new(T, Pairs)} end),
    Run(bad_insert, fun() -> t:r(fun() -> ets:insert(Set, Pairs ++ [bad]) end) end),
    Map = maps:from_list(Pairs),
    Run(from_list, fun() -> M = maps:from_list(Pairs), {map_size(M), M =:= Map} end),
    Run(from_keys, fun() -> map_size(maps:from_keys([K || {K, _} <- Pairs], x)) end),
    Run(keys, fun() -> {length(maps:keys(Map)), lists:sum(maps:values(Map))} end),
    Run(merge, fun() -> map_size(maps:merge(Map, maps:from_list([{-K, V} || {K, V} <- Pairs]))) end),
    Run(external, fun() ->
        B = term_to_binary(Pairs),
        {byte_size(B), erlang:external_size(Pairs) >= byte_size(B), binary_to_term(B) =:= Pairs}
    end),
    Run(compressed, fun() -> binary_to_term(term_to_binary(Map, [compressed])) =:= Map end),
    Run(damaged, fun() -> B = term_to_binary(Pairs), t:r(fun() -> binary_to_term(binary:part(B, 0, byte_size(B) - 2)) =:= x end) end),
    Run(hash, fun() -> erlang:phash2(Pairs) end),
    Text = binary:copy(<<"abcdefghij">>, 50000),
    Run(matches, fun() -> M = binary:matches(Text, [<<"c">>, <<"hi">>]), {length(M), hd(M), lists:last(M)} end),
    Run(split, fun() -> length(binary:split(Text, <<"e">>, [global])) end),
    Run(replace, fun() -> erlang:md5(binary:replace(Text, <<"e">>, <<"EE">>, [global])) end),
    Run(characters, fun() -> length(unicode:characters_to_list(Text)) end),
    Run(iolist, fun() ->
        L = [[B] || <<B>> <= Text],
        {iolist_size(L), iolist_to_binary(L) =:= Text, iolist_to_binary(erlang:iolist_to_iovec(L)) =:= Text}
    end),
    unlink(Other),
    exit(Other, kill).

count(Counter) ->
    counters:add(Counter, 1, 1),
    erlang:yield(),
    count(Counter).

table(Type, Rows) ->
    T = ets:new(t, [Type, public]),
    ets:insert(T, Rows),
    T.
