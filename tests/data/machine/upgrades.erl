%% A module that traces in C (upgrades.c) is replaced again and again while another process is traced by it.
-module(upgrades).
-export([main/0, enabled/3, trace/5, traced/0]).
-on_load(load/0).

load() -> erlang:load_nif("./upgrades", 0).

enabled(_, _, _) -> erlang:nif_error(not_loaded).
trace(_, _, _, _, _) -> erlang:nif_error(not_loaded).
traced() -> erlang:nif_error(not_loaded).

%% Neither process may be of a module that goes.
main() ->
    Traced = evaluate("Loop = fun L(Nobody) -> Nobody ! hello, L(Nobody) end,"
                      "receive {go, Nobody} -> Loop(Nobody) end."),
    Driver = evaluate("receive {traced, Traced} -> ok end,"
                      "Nobody = spawn(erlang, date, []),"
                      "io:format(\"~p~n\", [erlang:trace(Traced, true, [send, {tracer, upgrades, state}])]),"
                      "Traced ! {go, Nobody},"
                      "Until = fun U() -> upgrades:traced() > 0 orelse begin erlang:yield(), U() end end,"
                      "Upgrade = fun(_) -> code:purge(upgrades), {module, upgrades} = code:load_file(upgrades), Until() end,"
                      "io:format(\"~p~n\", [lists:usort(lists:map(Upgrade, lists:seq(1, 60)))]),"
                      "io:format(\"~p~n\", [erlang:trace_info(Traced, tracer)]),"
                      "halt()."),
    Driver ! {traced, Traced}.

evaluate(Text) ->
    {ok, Tokens, _} = erl_scan:string(Text),
    {ok, Expressions} = erl_parse:parse_exprs(Tokens),
    spawn(erl_eval, exprs, [Expressions, erl_eval:new_bindings()]).
