%% n-body: how fast do planets move when each is pulled by all, with vectors in lists and folds?
-module(game_nbody).
-export([scale/0, run/1]).

scale() -> 36000.

run(Steps) ->
    Bodies = steps(Steps, [{[0.0, 0.0, 0.0], [0.0, 0.0, 0.0], 40.0},
                           {[4.84, -1.16, -0.10], [0.6, 2.8, -0.02], 0.038},
                           {[8.34, 4.12, -0.40], [-1.0, 1.8, 0.008], 0.011},
                           {[12.89, -15.11, -0.22], [1.08, 0.87, -0.01], 0.0017},
                           {[15.38, -25.92, 0.18], [0.98, 0.59, -0.03], 0.002}]),
    round(lists:sum([Mass * dot(Speed, Speed) / 2 || {_, Speed, Mass} <- Bodies]) * 1.0e6).

steps(0, Bodies) -> Bodies;
steps(N, Bodies) -> steps(N - 1, [step(Body, Bodies) || Body <- Bodies]).

step({At, Speed, Mass} = Body, Bodies) ->
    Faster = lists:foldl(fun(Other, Now) -> pull(Body, Other, Now) end, Speed, Bodies),
    {along(At, 0.001, Faster), Faster, Mass}.

pull({At, _, _}, {At, _, _}, Speed) -> Speed;
pull({At, _, _}, {Other, _, Mass}, Speed) ->
    Way = along(Other, -1.0, At),
    Squared = dot(Way, Way),
    along(Speed, 0.001 * Mass / (Squared * math:sqrt(Squared)), Way).

along([], _, []) -> [];
along([A | As], Factor, [B | Bs]) -> [A + Factor * B | along(As, Factor, Bs)].

dot(A, B) -> lists:sum(lists:zipwith(fun(X, Y) -> X * Y end, A, B)).
