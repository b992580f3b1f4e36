%% The events behind the reports of crashed processes, servers and supervisors.
-module(crash_reports).
-export([main/0]).
-include("../../t.hrl").
-behaviour(gen_server).
-export([log/2, init/1, handle_call/3, handle_cast/2]).

main() ->
    logger:set_primary_config(level, all), logger:add_handler(cr_h, ?MODULE, #{config => self()}), P = spawn(fun() -> error({my, crash}) end), ?P(get_report(P)), Q = spawn(fun() -> throw(uncaught) end), ?P(get_report(Q)), R = spawn(fun() -> exit(silent) end), ?P(t:down(R)), ?P(t:flush(50)), S = proc_lib:spawn(fun() -> error(in_proc_lib) end), ?P(get_report(S)), {ok, G} = gen_server:start(?MODULE, [], []), catch gen_server:call(G, crash), ?P(get_report(G)), ?P(get_report(G)), logger:remove_handler(cr_h), logger:set_primary_config(level, none).

get_report(P) -> receive {log, P, L, X} -> {L, X} after 2000 -> none end.
log(#{level := L, msg := M, meta := #{pid := P}}, #{config := To}) ->
    To ! {log, P, L, case M of {report, #{label := Lb} = R} -> {Lb, case R of #{reason := {W, _}} -> W; #{report := [I | _]} -> [K || {K, _} <- I]; _ -> none end}; {report, R} -> {report, R}; {F, A} when is_list(A) -> {F, [case X of {W, [{_, _, _, _} | _]} -> W; _ -> X end || X <- A]}; O -> O end}.
init([]) -> {ok, s}.
handle_call(crash, _, _) -> error(server_crash).
handle_cast(_, S) -> {noreply, S}.
