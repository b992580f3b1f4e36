-module(equality_printing).
-export([main/0]).
-include("../../t.hrl").

main() ->
    F = fun(X) -> fun() -> X end end, ?P(F(1) =:= F(1)), ?P(F(1) == F(1.0)), ?P(F(1) =:= F(2)), A = F(a), ?P(A =:= binary_to_term(term_to_binary(A))), ?P(maps:get(A, #{A => found})), ?P(erlang:phash2(A) =:= erlang:phash2(F(a))), ?P(is_list(re_run(io_lib:format("~p", [A])))), ?P(erlang:fun_to_list(fun lists:map/2)), ?P(erlang:fun_to_list(fun 'A b':c/0)), ?P(io_lib:format("~p", [fun lists:map/2])), ?P((binary_to_term(term_to_binary(F)))(9) =:= F(9)), Self = self(), spawn(fun() -> Self ! F(from_other) end), receive G -> ?P(G =:= F(from_other)), ?P(G()) end.

re_run(S) -> case re:run(S, "^#Fun<equality_printing\\.[0-9]+\\.[0-9]+>$") of {match, _} -> []; nomatch -> S end.
