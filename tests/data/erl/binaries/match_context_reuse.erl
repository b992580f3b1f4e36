%% A context that is matched again from its start, and two that live at once.
-module(match_context_reuse).
-export([main/0]).
-include("../../t.hrl").

main() ->
    ?P(two_ways(<<1, 2, 3, 4>>)), ?P(two_ways(<<9, 2, 3, 4>>)), ?P(both(<<"abc">>, <<"abd">>)), ?P(both(<<"abc">>, <<"abc">>)), ?P(closure(<<"xyz">>)), ?P(ret(<<5, "rest">>)), ?P(tryit(<<1, "x">>)), ?P(tryit(<<2, "x">>)), ?P(rec(<<3, 1, 2, 1, 7, 1, 8, 9>>)), ?P(exc(<<1, 2>>)).

two_ways(<<1, R/binary>> = B) -> {one, R, B}; two_ways(B) -> <<X:16, R/binary>> = B, {X, R, byte_size(B)}.
both(<<A, As/binary>>, <<A, Bs/binary>>) -> both(As, Bs); both(A, B) -> {A, B}.
closure(<<A, R/binary>>) -> F = fun(<<B, _/binary>>) -> {A, B, R} end, F(R).
ret(<<N, R/binary>>) when N > 3 -> R; ret(_) -> no.
tryit(B) -> try <<1, R/binary>> = B, R catch error:{badmatch, V} -> {bad, V} end.
rec(<<0, R/binary>>) -> {[], R}; rec(<<N, R/binary>>) -> many(N, R, []).
many(0, R, A) -> {lists:reverse(A), R}; many(N, <<1, X, R/binary>>, A) -> many(N - 1, R, [X | A]); many(N, <<X, R/binary>>, A) -> many(N - 1, R, [{X} | A]); many(N, <<>>, A) -> {short, N, A}.
exc(<<A, R/binary>>) -> try error({A, R}) catch error:E -> {E, R} end.
