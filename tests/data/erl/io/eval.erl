-module(eval).
-export([main/0]).
-include("../../t.hrl").

main() ->
    E = fun(S) -> {ok, T, _} = erl_scan:string(S), {ok, X} = erl_parse:parse_exprs(T), t:r(fun() -> {value, V, B} = erl_eval:exprs(X, erl_eval:new_bindings()), {V, erl_eval:bindings(B)} end) end,
    [t:p(S, E(S)) || S <- ["X=1, Y=X+1, {X,Y}.", "(fun(X) -> X*2 end)(4).", "[X*Y || X <- [1,2], Y <- [3,4]].", "case {a,1} of {a,N} when N > 0 -> N end.", "try 1/0 catch error:E -> E end.", "<<A:4,B:4>> = <<16#5a>>, {A,B}.", "#{a := X} = #{a => 1}, X.", "F = fun Self(0) -> 1; Self(N) -> N * Self(N-1) end, F(10).", "if 1 > 2 -> a; true -> b end.", "lists:map(fun erlang:abs/1, [-1]).", "receive x -> 1 after 0 -> none end.", "catch throw(x).", "Y.", "1 = 2.", "f(1).", "begin A = 1, A = 2 end.", "apply(lists, sum, [[1,2]]).", "<< <<X>> || <<X>> <= <<1,2>> >>.", "{1 > a, not true, 5 rem 3, 7 bsl 2}.", "\"a\" ++ \"b\"."]], ?P(erl_eval:expr({op, 1, '+', {var, 1, 'X'}, {integer, 1, 1}}, [{'X', 41}])), ?P(erl_eval:exprs(element(2, erl_parse:parse_exprs(element(2, erl_scan:string("foo(3).")))), [], {value, fun(N, A) -> {called, N, A} end})).
