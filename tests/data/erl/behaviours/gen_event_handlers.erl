-module(gen_event_handlers).
-export([main/0]).
-include("../../t.hrl").
-behaviour(gen_event).
-export([init/1, handle_event/2, handle_call/2, handle_info/2, terminate/2]).

main() ->
    {ok, P} = gen_event:start_link(), ?P(gen_event:add_handler(P, ?MODULE, [self(), a])), ?P(gen_event:add_handler(P, {?MODULE, 2}, [self(), b])), ?P(gen_event:add_handler(P, ?MODULE, [self(), c])), ?P(gen_event:add_handler(P, {?MODULE, 3}, fail)), ?P(lists:sort(gen_event:which_handlers(P))), gen_event:notify(P, hello), ?P(lists:sort([receive X -> X end || _ <- [1, 2]])), ?P(gen_event:sync_notify(P, sync)), ?P(lists:sort(t:flush(10))), ?P(gen_event:call(P, ?MODULE, ask)), ?P(gen_event:call(P, nope, ask)), P ! info, ?P(lists:sort([receive Y -> Y end || _ <- [1, 2]])), ?P(gen_event:delete_handler(P, ?MODULE, args)), ?P(t:flush(10)), ?P(gen_event:swap_handler(P, {{?MODULE, 2}, swap}, {?MODULE, [self(), d]})), ?P(gen_event:which_handlers(P)), ?P(t:flush(10)), gen_event:notify(P, crash), ?P(gen_event:which_handlers(P)), ?P(gen_event:add_sup_handler(P, ?MODULE, [self(), e])), gen_event:notify(P, remove), ?P(gen_event:which_handlers(P)), ?P([element(1, Z) || Z <- t:flush(10)]), ?P(gen_event:stop(P)).

init(fail) -> {error, no}; init({[P, N], _}) -> {ok, {P, N}}; init([P, N]) -> {ok, {P, N}}.
handle_event(crash, _) -> error(handler_crash); handle_event(remove, _) -> remove_handler; handle_event(E, {P, N} = S) -> P ! {N, E}, {ok, S}.
handle_call(ask, S) -> {ok, {answer, element(2, S)}, S}.
handle_info(I, {P, N} = S) -> P ! {N, info, I}, {ok, S}.
terminate(R, {P, N}) -> P ! {terminated, N, if is_tuple(R) -> element(1, R); true -> R end}, ok.
