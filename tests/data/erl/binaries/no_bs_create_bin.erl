%% releases: 25 27
%% compile: r25, no_bs_match
%% The same code with the instructions that older compilers emit.
-module(no_bs_create_bin).
-export([main/0]).
-include("../../t.hrl").

main() ->
    B = ?I(<<"hello">>), N = ?I(3), ?P(<<B/binary, N:16, 1.5/float, N/utf8>>), ?P(<<N:N, B:N/binary, 0:5>>), ?P(f(<<3, "abcdef">>)), ?P(f(<<9, "abc">>)), ?P(lists:foldl(fun(I, A) -> <<A/binary, I>> end, <<>>, [1, 2, 3])), ?X(<<(?I(a)):8>>), ?X(<<(?I(1)):(?I(-1))>>), ?P(<< <<X:4>> || X <- [1, 2, 3] >>), ?P([X || <<X:3>> <= B]), ?P(g(<<1:4, 2:4, "xy", 7/utf8, 2.5/float>>)).

f(<<N, S:N/binary, R/binary>>) -> {S, R}; f(_) -> no.
g(<<A:4, B:4, "xy", C/utf8, D/float>>) -> {A, B, C, D}.
