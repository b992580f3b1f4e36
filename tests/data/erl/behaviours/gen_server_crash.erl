%% What callers and linked processes see when a server breaks.
-module(gen_server_crash).
-export([main/0]).
-include("../../t.hrl").
-behaviour(gen_server).
-export([init/1, handle_call/3, handle_cast/2, terminate/2]).

main() ->
    process_flag(trap_exit, true), [begin {ok, P} = gen_server:start_link(?MODULE, [], []), R = t:r(fun() -> gen_server:call(P, W) end), t:p(W, strip(R)), t:p({exit, W}, receive {'EXIT', P, Why} -> strip(Why) after 1000 -> none end) end || W <- [error, throw, exit, bad_return, function_clause, exit_normal, stop_in_terminate]], {ok, P2} = gen_server:start(?MODULE, [], []), M = monitor(process, P2), gen_server:cast(P2, kill), ?P(receive {'DOWN', M, _, _, W2} -> W2 end).

strip({exit, {R, {gen_server, call, [_ | A]}}, F}) -> {exit, strip(R), {call, A}, F};
strip({R, [{_, _, _, _} | _] = S}) -> {R, [{M, F, if is_list(A) -> length(A); true -> A end} || {M, F, A, _} <- lists:sublist(S, 2)]};
strip(X) -> X.
init([]) -> {ok, s}.
handle_call(error, _, S) -> error({oops, S}); handle_call(throw, _, _) -> throw({reply, thrown, s2}); handle_call(exit, _, _) -> exit(gone); handle_call(bad_return, _, _) -> nonsense; handle_call(exit_normal, _, _) -> exit(normal); handle_call(stop_in_terminate, _, _) -> {stop, bad, in_term}.
handle_cast(kill, S) -> exit(self(), kill), {noreply, S}.
terminate(_, in_term) -> error(in_terminate); terminate(_, _) -> ok.
