-module(links_crossing).
-export([main/0, side/2]).

%% Two processes link and unlink at the same time: in the end both are linked, or neither is.
main() ->
    Doings = [[link], [unlink], [link, unlink], [unlink, link], [unlink, link, unlink]],
    t:p([{X, Y, round(X, Y, 150, agree)} || X <- Doings, Y <- Doings]).

round(_, _, 0, Result) -> Result;
round(X, Y, Left, Result) ->
    [A, B] = Sides = [spawn(?MODULE, side, [self(), Doing]) || Doing <- [X, Y]],
    A ! {first, B},
    receive {linked, A} -> ok end,
    Time = erlang:monotonic_time() + erlang:convert_time_unit(50, microsecond, native),
    A ! {go, B, Time},
    B ! {go, A, Time},
    [receive {done, Side} -> ok end || Side <- Sides],
    [{links, LA}, {links, LB}] = [process_info(Side, links) || Side <- Sides],
    [exit(Side, kill) || Side <- Sides],
    case {LA, LB} of
        {[B], [A]} -> round(X, Y, Left - 1, Result);
        {[], []} -> round(X, Y, Left - 1, Result);
        _ -> {differ, length(LA), length(LB)}
    end.

side(To, Doing) ->
    receive
        {first, Other} -> link(Other), To ! {linked, self()}, side(To, Doing);
        {go, Other, Time} ->
            wait(Time),
            [erlang:What(Other) || What <- Doing],
            %% there and back, so that all has come
            Other ! {ping, self()},
            receive {ping, Other} -> Other ! {pong, self()} end,
            receive {pong, Other} -> ok end,
            To ! {done, self()},
            receive never -> ok end
    end.

wait(Time) ->
    case erlang:monotonic_time() >= Time of
        true -> ok;
        false -> wait(Time)
    end.
