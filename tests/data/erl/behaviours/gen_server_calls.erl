-module(gen_server_calls).
-export([main/0]).
-include("../../t.hrl").
-behaviour(gen_server).
-export([init/1, handle_call/3, handle_cast/2, handle_info/2, terminate/2, handle_continue/2, code_change/3, format_status/2]).

main() ->
    {ok, P} = gen_server:start_link(?MODULE, 5, []), ?P(gen_server:call(P, get)), ?P(gen_server:cast(P, {add, 3})), ?P(gen_server:call(P, get)), P ! {info, self()}, ?P(receive X -> X end), ?P(gen_server:call(P, delayed)), ?P(gen_server:call(P, continue)), ?P(gen_server:call(P, get)), ?X(gen_server:call(P, never, 20)), ?X(gen_server:call(nobody_registered, x)), ?P(gen_server:call(P, timeout_next)), ?P(receive idle -> got_timeout after 2000 -> none end), R = gen_server:send_request(P, get), ?P(gen_server:receive_response(R, 1000)), R2 = gen_server:send_request(P, get), ?P(gen_server:wait_response(R2, 1000)), process_flag(trap_exit, true), ?X(gen_server:call(P, {stop, because})), ?P(receive {'EXIT', P, W} -> W end), ?X(gen_server:call(P, get)), {ok, Q} = gen_server:start({local, gs_reg}, ?MODULE, 1, []), ?P(element(1, gen_server:start({local, gs_reg}, ?MODULE, 1, []))), ?P(gen_server:call(gs_reg, get)), ?P(gen_server:call({gs_reg, node()}, get)), ?P(gen_server:stop(Q)), ?P(whereis(gs_reg)), ?P(gen_server:start(?MODULE, fail, [])), ?P(gen_server:start(?MODULE, ignore, [])), ?P(element(1, element(2, gen_server:start(?MODULE, crash, [])))), ?P(gen_server:start_link(?MODULE, fail, [])), ?P(receive {'EXIT', _, W2} -> W2 after 100 -> none end), ?P(gen_server:start(?MODULE, slow, [{timeout, 10}])), {ok, S} = gen_server:start(?MODULE, 7, []), ?P(sys:get_state(S)), ?P(sys:replace_state(S, fun(N) -> N * 2 end)), ?P(gen_server:call(S, get)), ?P(element(1, sys:get_status(S))), ?P(sys:suspend(S)), ?P(sys:change_code(S, ?MODULE, old, extra)), ?P(sys:resume(S)), ?P(gen_server:call(S, get)), ?P(gen_server:multi_call([node()], nobody_here, x)), ?X(gen_server:stop(S, normal, 1000)), ?X(gen_server:stop(S)).

init(fail) -> {stop, failed}; init(ignore) -> ignore; init(crash) -> error(init_crash); init(slow) -> timer:sleep(1000), {ok, 0}; init(N) -> {ok, N}.
handle_call(get, _, N) -> {reply, N, N}; handle_call(delayed, F, N) -> spawn_link(fun() -> gen_server:reply(F, later) end), {noreply, N}; handle_call(continue, _, N) -> {reply, ok, N, {continue, 100}}; handle_call(never, _, N) -> {noreply, N}; handle_call(timeout_next, {P, _}, N) -> {reply, ok, {P, N}, 10}; handle_call({stop, R}, _, N) -> {stop, R, stopping, N}.
handle_cast({add, X}, N) -> {noreply, N + X}.
handle_info({info, F}, N) -> F ! {info_seen, N}, {noreply, N}; handle_info(timeout, {P, N}) -> P ! idle, {noreply, N}; handle_info(_, N) -> {noreply, N}.
handle_continue(X, N) -> {noreply, N + X}.
terminate(R, _) -> put(terminated, R).
code_change(Old, N, Extra) -> {ok, {Old, N, Extra}}.
format_status(_, [_, S]) -> S.
