-module(sys_debug).
-export([main/0]).
-include("../../t.hrl").
-behaviour(gen_server).
-export([init/1, handle_call/3, handle_cast/2]).

main() ->
    {ok, P} = gen_server:start_link(?MODULE, [], []), ?P(sys:statistics(P, true)), gen_server:call(P, x), gen_server:cast(P, y), {ok, St} = sys:statistics(P, get), ?P([T || {K, _} = T <- St, lists:member(K, [messages_in, messages_out])]), ?P(sys:statistics(P, false)), ?P(sys:log(P, true)), gen_server:call(P, logged), {ok, L} = sys:log(P, get), ?P(length(L) > 0), ?P(sys:log(P, false)), Me = self(), ?P(sys:install(P, {fun(N, E, _) -> Me ! {ev, N, element(1, E)}, N + 1 end, 0})), gen_server:call(P, z), ?P(lists:sort(t:flush(300))), ?P(sys:remove(P, fun(_, _, _) -> ok end)), ?P(sys:no_debug(P)), ?P(sys:get_state(P)), ?X(sys:get_state(P, 0)), ?P(sys:terminate(P, normal)), ?X(sys:get_state(P)).

init([]) -> {ok, state}.
handle_call(X, _, S) -> {reply, X, S}.
handle_cast(_, S) -> {noreply, S}.
