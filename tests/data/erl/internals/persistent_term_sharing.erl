-module(persistent_term_sharing).
-export([main/0]).

%% What is shared within a persistent term stays so; a term that would be larger than any memory can be put.
main() ->
    Shared = lists:foldl(fun(_, A) -> [A | A] end, [], lists:seq(1, 70)),
    Tuple = list_to_tuple(lists:duplicate(100, {a, [t:id(b)]})),
    t:p(sizes, [erts_debug:size(X) || X <- [Shared, {Shared, Shared}, Tuple]]),
    [size_of({?MODULE, N}, V) || {N, V} <- [{1, Shared}, {2, {Shared, Shared}}, {3, Tuple}, {4, [Tuple, Shared | Tuple]}]],
    Bin = binary:copy(<<"bytes">>, 100),
    Mixed = t:id({Bin, Bin, [Bin], binary:part(Bin, 3, 200), #{Tuple => Tuple, k => Bin}, fun() -> {Bin, Tuple} end, <<Bin/binary, 1:3>>, make_ref(), 1 bsl 100}),
    persistent_term:put({?MODULE, 5}, {Mixed, Mixed}),
    t:p(same, persistent_term:get({?MODULE, 5}) =:= {Mixed, Mixed}),
    t:p(fun_of, (element(6, element(2, persistent_term:get({?MODULE, 5}))))() =:= {Bin, Tuple}),
    t:p(erased, [persistent_term:erase(K) || K <- [{?MODULE, N} || N <- lists:seq(1, 6)]]).

size_of(Key, Value) ->
    persistent_term:put(Key, Value),
    Got = persistent_term:get(Key),
    t:p([erts_debug:size(Got), erts_debug:size_shared(Got), erts_debug:same(Got, persistent_term:get(Key))]).
