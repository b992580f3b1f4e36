%% compile: no_bsm_opt, no_ssa_opt, no_copt
-module(r21_instructions).
-export([main/0]).
-include("../../t.hrl").

main() ->
    B = ?I(<<"hello", 1, 2, 3>>), ?P(f(B, 0)), ?P(g(B)), ?P(g(<<"help">>)), ?P(h(<<1:1, 5:7, 300:16/little, 2.5/float, "é"/utf8, 9>>)), ?P(<<(?I(1)):1, (?I(2)):7, B/binary>>), ?P(k(B)), ?X(f(<<1:4>>, 0)).

f(<<X, R/binary>>, A) -> f(R, A * 3 + X); f(<<>>, A) -> A.
g(<<"hello", R/binary>>) -> R; g(<<"hel", C, R/bits>>) -> {C, R}.
h(<<A:1, B:7, C:16/little, D/float, E/utf8, R/bits>>) -> {A, B, C, D, E, R}.
k(B) -> [X || <<X:3, _:5>> <= B].
