%% flags: +P 1024
-module(process_limit).
-export([main/0]).
-include("../../t.hrl").

main() ->
    logger:set_primary_config(level, none), L = erlang:system_info(process_limit), ?P(L), R = fill([]), ?P(R), {_, N} = R, ?P(N > 900), ?X(try spawn(fun() -> ok end) of P -> {spawned, is_pid(P)} catch error:system_limit -> full end).

fill(Ps) ->
    try spawn(fun() -> receive stop -> ok end end) of
        P -> fill([P | Ps])
    catch error:system_limit ->
            [P ! stop || P <- Ps],
            t:wait(fun() -> not lists:any(fun is_process_alive/1, Ps) end),
            {system_limit, length(Ps) div 100 * 100}
    end.
