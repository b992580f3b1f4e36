%% own_vm
%% The printed reports themselves, without times and pids.
-module(report_text).
-export([main/0]).
-include("../../t.hrl").
-behaviour(gen_server).
-behaviour(supervisor).
-export([init/1, handle_call/3, handle_cast/2, format/2, start_w/0]).

main() ->
    {ok, #{formatter := {logger_formatter, C}}} = logger:get_handler_config(default), ok = logger:set_handler_config(default, formatter, {?MODULE, C#{template => ["=", level, "=\n", msg, "\n"]}}), spawn(fun() -> error({plain, crash}) end), timer:sleep(300), proc_lib:spawn(fun() -> lists:map(fun(X) -> X + ?I(a) end, [1]) end), timer:sleep(300), {ok, P} = gen_server:start(?MODULE, server, []), spawn(fun() -> catch gen_server:call(P, crash) end), timer:sleep(1500), process_flag(trap_exit, true), {ok, S} = supervisor:start_link(?MODULE, sup), [{_, W, _, _}] = supervisor:which_children(S), exit(W, killed_by_test), timer:sleep(1500), logger:error("text ~p", [{a, b}]), logger:notice(#{key => "value"}), error_logger:error_msg("old ~w~n", [style]), error_logger:info_report([{a, 1}, {b, 2}]), error_logger:warning_report(thing), logger:info("not shown"), timer:sleep(50).

format(E, C) -> lists:join($\n, [L || L <- string:split(t:mask(logger_formatter:format(E, C)), "\n", all), lists:all(fun(K) -> string:find(L, K) =:= nomatch end, ["heap_size:", "stack_size:", "reductions:"])]).
init(server) -> {ok, #{k => v}}; init(sup) -> {ok, {#{intensity => 0}, [#{id => w1, start => {?MODULE, start_w, []}}]}}.
start_w() -> {ok, spawn_link(fun() -> receive after infinity -> ok end end)}.
handle_call(crash, _, _) -> error(in_call).
handle_cast(_, S) -> {noreply, S}.
