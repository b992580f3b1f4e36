%% Bounce: how fast do records of small integers change, many balls step by step?
-module(awfy_bounce).
-export([scale/0, run/1]).

-record(ball, {x, y, vx, vy}).

scale() -> 800.

run(0) -> 0;
run(Rounds) ->
    1331 = frames(50, balls(100, 74755), 0),
    1331 + run(Rounds - 1).

balls(0, _) -> [];
balls(N, Seed) ->
    X = random(Seed),
    Y = random(X),
    Vx = random(Y),
    Vy = random(Vx),
    [#ball{x = X rem 500, y = Y rem 500, vx = Vx rem 300 - 150, vy = Vy rem 300 - 150} | balls(N - 1, Vy)].

random(Seed) -> (Seed * 1309 + 13849) band 65535.

frames(0, _, Bounces) -> Bounces;
frames(N, Balls, Bounces) ->
    {Moved, Now} = lists:mapfoldl(fun move/2, Bounces, Balls),
    frames(N - 1, Moved, Now).

move(#ball{x = X, y = Y, vx = Vx, vy = Vy}, Bounces) ->
    case {wall(X + Vx, Vx), wall(Y + Vy, Vy)} of
        {inside, inside} -> {#ball{x = X + Vx, y = Y + Vy, vx = Vx, vy = Vy}, Bounces};
        {{X1, Vx1}, inside} -> {#ball{x = X1, y = Y + Vy, vx = Vx1, vy = Vy}, Bounces + 1};
        {inside, {Y1, Vy1}} -> {#ball{x = X + Vx, y = Y1, vx = Vx, vy = Vy1}, Bounces + 1};
        {{X1, Vx1}, {Y1, Vy1}} -> {#ball{x = X1, y = Y1, vx = Vx1, vy = Vy1}, Bounces + 1}
    end.

wall(At, Speed) when At > 500 -> {500, -abs(Speed)};
wall(At, Speed) when At < 0 -> {0, abs(Speed)};
wall(_, _) -> inside.
