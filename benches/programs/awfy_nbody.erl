%% NBody: how fast do five planets move, with their floats in records?
-module(awfy_nbody).
-export([scale/0, run/1]).

-record(body, {x, y, z, vx, vy, vz, mass}).

-define(SOLAR_MASS, (4 * math:pi() * math:pi())).
-define(DAYS, 365.24).

scale() -> 70000.

run(Steps) ->
    Bodies = system(),
    -169075164 = round(energy(Bodies) * 1.0e9),
    round(energy(steps(Steps, Bodies)) * 1.0e9).

steps(0, Bodies) -> Bodies;
steps(N, Bodies) -> steps(N - 1, [moved(Body, 0.01) || Body <- attracted(Bodies)]).

moved(#body{x = X, y = Y, z = Z, vx = Vx, vy = Vy, vz = Vz} = Body, Time) ->
    Body#body{x = X + Time * Vx, y = Y + Time * Vy, z = Z + Time * Vz}.

attracted([]) -> [];
attracted([Body | Rest]) ->
    {Changed, Others} = lists:mapfoldl(fun attract/2, Body, Rest),
    [Others | attracted(Changed)].

%% Both change; the second is the one that stays.
attract(#body{} = Other, #body{} = Body) ->
    Dx = Body#body.x - Other#body.x,
    Dy = Body#body.y - Other#body.y,
    Dz = Body#body.z - Other#body.z,
    Squared = Dx * Dx + Dy * Dy + Dz * Dz,
    Magnitude = 0.01 / (Squared * math:sqrt(Squared)),
    {pushed(Other, Dx, Dy, Dz, Body#body.mass * Magnitude), pushed(Body, Dx, Dy, Dz, -Other#body.mass * Magnitude)}.

pushed(#body{vx = Vx, vy = Vy, vz = Vz} = Body, Dx, Dy, Dz, Force) ->
    Body#body{vx = Vx + Dx * Force, vy = Vy + Dy * Force, vz = Vz + Dz * Force}.

energy([]) -> 0.0;
energy([#body{vx = Vx, vy = Vy, vz = Vz, mass = Mass} = Body | Rest]) ->
    Pairs = lists:sum([potential(Body, Other) || Other <- Rest]),
    0.5 * Mass * (Vx * Vx + Vy * Vy + Vz * Vz) - Pairs + energy(Rest).

potential(A, B) ->
    Dx = A#body.x - B#body.x,
    Dy = A#body.y - B#body.y,
    Dz = A#body.z - B#body.z,
    A#body.mass * B#body.mass / math:sqrt(Dx * Dx + Dy * Dy + Dz * Dz).

%% Sun, Jupiter, Saturn, Uranus, Neptune; the sun makes up for what the others carry.
system() ->
    Planets =
        [planet(4.84143144246472090, -1.16032004402742839, -0.103622044471123109,
                0.00166007664274403694, 0.00769901118419740425, -0.0000690460016972063023, 0.000954791938424326609),
         planet(8.34336671824457987, 4.12479856412430479, -0.403523417114321381,
                -0.00276742510726411831, 0.00499852801234917238, 0.0000230417297573763929, 0.000285885980666130812),
         planet(12.8943695621391310, -15.1111514016986312, -0.223307578892655734,
                0.00296460137564761618, 0.00237847173959480950, -0.0000296589568540237556, 0.0000436624404335156298),
         planet(15.3796971148509165, -25.9193146099879641, 0.179258772950371181,
                0.00268067772490389322, 0.00162824170038242295, -0.0000951592254519715870, 0.0000515138902046611451)],
    Momentum = fun(Field) -> lists:sum([element(Field, Planet) * Planet#body.mass || Planet <- Planets]) / ?SOLAR_MASS end,
    Sun = #body{x = 0.0, y = 0.0, z = 0.0, vx = -Momentum(#body.vx), vy = -Momentum(#body.vy), vz = -Momentum(#body.vz),
                mass = ?SOLAR_MASS},
    [Sun | Planets].

planet(X, Y, Z, Vx, Vy, Vz, Mass) ->
    #body{x = X, y = Y, z = Z, vx = Vx * ?DAYS, vy = Vy * ?DAYS, vz = Vz * ?DAYS, mass = Mass * ?SOLAR_MASS}.
