-module(dictionary).
-export([main/0]).
-include("../../t.hrl").

main() ->
    ?P(put(a, 1)), ?P(put(a, 2)), ?P(get(a)), ?P(get(nope)), ?P(put({k, [1]}, "v")), ?P(put(1, i)), ?P(put(1.0, f)), ?P(lists:sort([{K, is_float(K), V} || {K, V} <- get()])), ?P(length(get_keys())), ?P(get_keys("v")), ?P(erase(a)), ?P(erase(a)), ?P(length(erase())), ?P(get()), [put(I, I * I) || I <- lists:seq(1, 10000)], ?P(length(get())), ?P([get(I) || I <- [1, 500, 10000, 10001]]), [erase(I) || I <- lists:seq(1, 10000, 2)], ?P(length(get())), ?P(lists:sum([V || {_, V} <- get()])), ?P(length(get_keys(4))), ?P(length(get_keys())), erase(), ?P(get()), put(x, big_term()), ?P(get(x) =:= big_term()), ?P(t:down(spawn_link(fun() -> ?P(get()) end)) =/= x).

big_term() -> lists:seq(1, 1000).
