%% A module of many functions and clauses, jump tables and long literals.
-module(big_module).
-export([main/0]).
-include("../../t.hrl").

main() ->
    N = 2000, Src = ["-module(bigm). -export([f/1, s/1, a/1, t/2]).\n", [io_lib:format("f(~w) -> g~w(~w);~n", [I, I rem 500, I * I]) || I <- lists:seq(1, N)], "f(_) -> none.\n", [io_lib:format("g~w(X) -> {~w, X, \"lit ~w\", [~w|X]}.~n", [I, I, I, I]) || I <- lists:seq(0, 499)], [io_lib:format("s(~w) -> ~w;~n", [I * 7919 * 1000003, I]) || I <- lists:seq(1, 300)], "s(_) -> 0.\n", [io_lib:format("a(key_~w) -> ~w;~n", [I, I]) || I <- lists:seq(1, 300)], "a(_) -> 0.\n", [io_lib:format("t({~w, ~w}, ~w) -> ~w;~n", [I, I + 1, I rem 5, I]) || I <- lists:seq(1, 200)], "t(_, _) -> 0.\n"], M = t:load(lists:flatten(Src), []), ?P(M:f(7)), ?P(M:f(2000)), ?P(M:f(2001)), ?P(M:f(x)), ?P(erlang:phash2([M:f(I) || I <- lists:seq(0, N)])), ?P(lists:sum([M:s(I * 7919 * 1000003) || I <- lists:seq(0, 301)])), ?P(lists:sum([M:a(list_to_atom("key_" ++ integer_to_list(I))) || I <- lists:seq(0, 301)])), ?P(lists:sum([M:t({I, I + 1}, I rem 5) || I <- lists:seq(0, 201)])), ?P(M:t({5, 7}, 0)), t:unload(M).
