%% not: s1
%% Words of tables of all kinds: empty, with an object, with a thousand; what locks and counters add.
-module(memory_of_tables).
-export([main/0]).

main() ->
    Kinds = [[Kind | Concurrency] || Kind <- [set, bag, duplicate_bag, ordered_set],
                                     Concurrency <- [[], [{read_concurrency, true}], [{write_concurrency, true}],
                                                     [{write_concurrency, auto}], [{write_concurrency, true}, {read_concurrency, true}],
                                                     [{write_concurrency, true}, {decentralized_counters, true}],
                                                     [{write_concurrency, true}, {decentralized_counters, false}]]],
    [io:format("~p ~p~n", [Options, words(Options)]) || Options <- Kinds ++ [[private, {write_concurrency, true}]]].

words(Options) ->
    Table = ets:new(table, [public | Options]),
    Empty = ets:info(Table, memory),
    ets:insert(Table, {1, 2, 3}),
    One = ets:info(Table, memory),
    [ets:insert(Table, {N, "abc", <<1, 2, 3>>, 1.5}) || N <- lists:seq(1, 1000)],
    Thousand = ets:info(Table, memory),
    ets:select_delete(Table, [{{'$1', '_', '_', '_'}, [{'>', '$1', 990}], [true]}]),
    Less = ets:info(Table, memory),
    ets:delete_all_objects(Table),
    {Empty, One, Thousand, Less, ets:info(Table, memory)}.
