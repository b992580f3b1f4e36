%% Generators with a seed give the same numbers everywhere.
-module(rand_deterministic).
-export([main/0]).
-include("../../t.hrl").

main() ->
    [begin rand:seed(Alg, {1, 2, 3}), t:p(Alg, {[rand:uniform(1000) || _ <- lists:seq(1, 6)], rand:uniform(), rand:uniform_real(), rand:uniform(1 bsl 100), rand:normal(), rand:bytes(5)}) end || Alg <- [exsss, exro928ss, exrop, exs1024s, exsp, exsplus, dummy]], S0 = rand:seed_s(exsss, 42), {V, S1} = rand:uniform_s(S0), ?P(V), ?P(element(1, rand:uniform_s(10, S1))), ?P(element(1, rand:uniform_s(rand:jump(S1)))), rand:seed(exsss, 7), ?P(lists:sort([{rand:uniform(), X} || X <- [a, b, c, d]])), ?P(element(1, rand:export_seed())), ?X(rand:uniform(0)), ?X(rand:uniform(?I(a))), ?X(rand:seed(foo, 1)), ?P(rand:mwc59(12345)), ?P(rand:exsp_next(rand:exsp_jump(element(2, rand:seed_s(exsp, 1))))), ?P(random_old()).

random_old() -> {A, _} = rand:uniform_s(100, rand:seed_s(exs64, 5)), A.
