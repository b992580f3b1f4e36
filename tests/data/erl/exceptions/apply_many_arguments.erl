%% Calls with more arguments than any function has.
-module(apply_many_arguments).
-export([main/0]).
-include("../../t.hrl").

main() ->
    [?P({N, [r(F) || F <- [
        fun() -> apply(fun() -> none end, d(N)) end, fun() -> apply(fun(A) -> A end, d(N)) end, fun() -> apply(fun lists:reverse/1, d(N)) end,
        fun() -> apply(fun erlang:is_atom/1, d(N)) end, fun() -> apply(lists, reverse, d(N)) end, fun() -> apply(no_such_module, f, d(N)) end,
        fun() -> apply(?I(a), d(N)) end, fun() -> apply(?I(1), f, d(N)) end]]}) || N <- [0, 1, 2, 254, 255, 256, 257, 512, 513, 1000, 1022, 1023, 1024, 5000]].

d(N) -> lists:duplicate(N, [x]).
r(F) ->
    try F()
    catch C:R:S -> [{M, N, A, _} | _] = S, {C, reason(R), M, case atom_to_list(N) of "-" ++ _ -> a_fun; _ -> N end, if is_list(A) -> {length, length(A)}; true -> A end}
    end.
reason({badarity, {_, As}}) -> {badarity, length(As)};
reason(R) -> R.
