%% CD: how fast are aircraft that come too near found, with maps, trees and floats?
-module(awfy_cd).
-export([scale/0, run/1]).

-define(VOXEL, 2).
-define(RADIUS, 1.0).

scale() -> 400.

%% So many frames of a hundred aircraft.
run(Frames) -> frames(0, Frames, gb_trees:empty(), 0).

frames(Frames, Frames, _, Sum) -> Sum;
frames(N, Frames, Known, Sum) ->
    Aircraft = aircraft(N / 10, 0),
    {Motions, Now} = lists:mapfoldl(fun({Sign, At}, Tree) -> {motion(Sign, At, Known), gb_trees:insert(Sign, At, Tree)} end,
                                    gb_trees:empty(), Aircraft),
    frames(N + 1, Frames, Now, Sum + collisions(Motions)).

aircraft(_, 100) -> [];
aircraft(Time, N) ->
    [{N, {Time, math:cos(Time) * 2 + N * 3, 10.0}}, {N + 1, {Time, math:sin(Time) * 2 + N * 3, 10.0}} | aircraft(Time, N + 2)].

motion(Sign, At, Known) ->
    case gb_trees:lookup(Sign, Known) of
        {value, Before} -> {Sign, Before, At};
        none -> {Sign, At, At}
    end.

collisions(Motions) ->
    Voxels = lists:foldl(fun drawn/2, #{}, Motions),
    lists:sum([pairs(Near) || Near <- maps:values(Voxels), tl(Near) =/= []]).

pairs([]) -> 0;
pairs([Motion | Rest]) -> length([hit || Other <- Rest, meet(Motion, Other)]) + pairs(Rest).

%% Puts the motion into all voxels that it comes through.
drawn({_, {X, Y, _}, _} = Motion, Voxels) ->
    {_, Drawn} = draw(voxel(X), voxel(Y), Motion, {#{}, Voxels}),
    Drawn.

voxel(At) when At < 0 -> trunc(At / ?VOXEL) * ?VOXEL - ?VOXEL;
voxel(At) -> trunc(At / ?VOXEL) * ?VOXEL.

draw(X, Y, Motion, {Seen, Voxels} = State) ->
    Key = {X, Y},
    case is_map_key(Key, Seen) orelse not touches(X, Y, Motion) of
        true -> State;
        false ->
            Here = case Voxels of #{Key := Others} -> [Motion | Others]; #{} -> [Motion] end,
            around([{-1, 0}, {1, 0}, {0, -1}, {0, 1}, {-1, -1}, {-1, 1}, {1, -1}, {1, 1}], X, Y, Motion,
                   {Seen#{Key => true}, Voxels#{Key => Here}})
    end.

around([], _, _, _, State) -> State;
around([{Dx, Dy} | Rest], X, Y, Motion, State) ->
    around(Rest, X, Y, Motion, draw(X + Dx * ?VOXEL, Y + Dy * ?VOXEL, Motion, State)).

touches(X, Y, _) when X < 0; X > 1000; Y < 0; Y > 1000 -> false;
touches(X, Y, {_, {X0, Y0, _}, {X1, Y1, _}}) ->
    case {span(X, X0, X1 - X0), span(Y, Y0, Y1 - Y0)} of
        {never, _} -> false;
        {_, never} -> false;
        {{LowX, HighX}, {LowY, HighY}} -> LowX =< HighY andalso LowY =< HighX;
        _ -> true
    end.

%% When, as parts of the way, the motion is in the stripe; `always` without motion.
span(At, From, Way) when Way == 0 ->
    case At =< From + ?RADIUS / 2 andalso From - ?RADIUS / 2 =< At + ?VOXEL of
        true -> always;
        false -> never
    end;
span(At, From, Way) ->
    A = (At - ?RADIUS / 2 - From) / Way,
    B = (At + ?VOXEL + ?RADIUS / 2 - From) / Way,
    {Low, High} = if A > B -> {B, A}; true -> {A, B} end,
    case Low =< 1.0 andalso High >= 0.0 of
        true -> {Low, High};
        false -> never
    end.

meet({_, A0, A1}, {_, B0, B1}) ->
    Relative = minus(minus(B1, B0), minus(A1, A0)),
    Apart = minus(B0, A0),
    A = dot(Relative, Relative),
    B = 2.0 * dot(Apart, Relative),
    C = dot(Apart, Apart) - ?RADIUS * ?RADIUS,
    Root = B * B - 4.0 * A * C,
    if
        A == 0.0 -> C =< 0.0;
        Root < 0.0 -> false;
        true ->
            First = (-B - math:sqrt(Root)) / (2.0 * A),
            Second = (-B + math:sqrt(Root)) / (2.0 * A),
            First =< 1.0 andalso Second >= 0.0 andalso inside(plus(A0, times(minus(A1, A0), max(First, 0.0))))
    end.

inside({X, Y, Z}) -> X >= 0 andalso X =< 1000 andalso Y >= 0 andalso Y =< 1000 andalso Z >= 0 andalso Z =< 10.

plus({X, Y, Z}, {A, B, C}) -> {X + A, Y + B, Z + C}.
minus({X, Y, Z}, {A, B, C}) -> {X - A, Y - B, Z - C}.
times({X, Y, Z}, By) -> {X * By, Y * By, Z * By}.
dot({X, Y, Z}, {A, B, C}) -> X * A + Y * B + Z * C.
