%% What erts_internal and erts_debug say of terms.
-module(term_internals).
-export([main/0]).

main() ->
    Terms = [1, 1 bsl 70, 1.5, a, "list", [], {}, {1}, <<>>, <<1>>, <<1:1>>, #{}, #{a => 1}, fun lists:map/2, fun() -> ok end, make_ref(), self(),
             binary:copy(<<"x">>, 100), maps:from_keys(lists:seq(1, 100), v)],
    [t:p({type, kind(Term)}, t:r(fun() -> erts_internal:term_type(Term) end)) || Term <- Terms],
    Ordered = [1, 1.0, 2, a, b, {1}, {1, 2}, #{1 => a}, #{1.0 => a}, #{a => 1}, [], [1], [1.0], "z", <<>>, <<0>>, <<1:1>>],
    [t:p({compare, A}, [sign(erts_internal:cmp_term(A, B)) || B <- Ordered]) || A <- Ordered],
    t:x(fun() -> erts_internal:map_to_tuple_keys(#{2 => a, 1 => b}) end),
    t:x(fun() -> erts_internal:map_to_tuple_keys(#{}) end),
    t:x(fun() -> erts_internal:map_to_tuple_keys(t:id(a)) end),
    t:x(fun() -> erts_internal:map_to_tuple_keys(maps:from_keys(lists:seq(1, 50), v)) end),
    t:x(fun() -> erts_internal:map_hashmap_children(#{a => 1}) end),
    t:x(fun() -> erts_internal:map_hashmap_children(t:id(a)) end),
    t:x(fun() -> erts_internal:map_next(0, #{1 => a, 2 => b}, iterator) end),
    t:x(fun() -> erts_internal:map_next(0, #{1 => a, 2 => b}, []) end),
    t:x(fun() -> erts_internal:map_next(0, #{}, iterator) end),
    t:x(fun() -> erts_internal:map_next(x, #{}, iterator) end),
    t:x(fun() -> erts_internal:map_next(0, t:id(a), iterator) end),
    t:x(fun() -> all(erts_internal:map_next(0, maps:from_keys(lists:seq(1, 100), v), iterator), []) end),
    [t:x({to_integer, Text, Base}, fun() -> erts_internal:binary_to_integer(Text, Base) end)
     || {Text, Base} <- [{<<"ff">>, 16}, {<<"-zz">>, 36}, {<<"12x">>, 10}, {<<>>, 10}, {<<"1">>, 37}, {a, 10}, {<<"1">>, x}, {<<"+7">>, 8}]],
    [t:x({to_integer, Text, Base}, fun() -> erts_internal:list_to_integer(Text, Base) end)
     || {Text, Base} <- [{"ff", 16}, {"-zz", 36}, {"12x", 10}, {"", 10}, {"1", 37}, {a, 10}, {"1" ++ "2 3", 10}, {"+", 10}]],
    [t:x({text, Size}, fun() -> erts_internal:term_to_string({a, [1, 2.5, "x"], #{k => <<"v">>}, fun lists:map/2}, Size) end)
     || Size <- [undefined, 5, 0, 1000, x]],
    t:x(fun() -> erts_debug:map_info(#{a => 1}) end),
    t:x(fun() -> erts_debug:map_info(t:id(a)) end),
    t:x(fun() -> erts_debug:unaligned_bitstring(<<5:3, 17:13>>, 3) end),
    t:x(fun() -> erts_debug:unaligned_bitstring(t:id(a), 3) end),
    t:x(fun() -> erts_debug:unaligned_bitstring(<<1>>, t:id(9)) end).

kind(F) when is_function(F) -> {function, erlang:fun_info(F, arity)};
kind(T) when is_map(T), map_size(T) > 32 -> large_map;
kind(T) when is_pid(T) -> pid;
kind(T) when is_reference(T) -> reference;
kind(T) -> T.

sign(N) when N < 0 -> '<';
sign(0) -> '=';
sign(_) -> '>'.

all(none, Done) -> lists:sum([K || {K, v} <- Done]);
all({K, V, Next}, Done) -> all(Next, [{K, V} | Done]);
all([Path | Map], Done) -> all(erts_internal:map_next(Path, Map, iterator), Done).
