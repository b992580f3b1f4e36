-module(gen_statem_events).
-export([main/0]).
-include("../../t.hrl").
-behaviour(gen_statem).
-export([callback_mode/0, init/1, handle_event/4]).

main() ->
    {ok, P} = gen_statem:start_link(?MODULE, self(), []), ?P(gen_statem:call(P, timers)), ?P(t:flush(300)), ?P(gen_statem:call(P, cancel)), ?P(t:flush(300)), ?P(gen_statem:call(P, two_replies)), P ! some_info, ?P(receive X -> X end), ?P(gen_statem:call(P, {state, {complex, [state]}})), ?P(gen_statem:call(P, get)), ?P(gen_statem:call(P, inserted)), ?P(t:flush(20)), process_flag(trap_exit, true), ?X(gen_statem:call(P, {stop_and_reply, bye})), ?P(receive {'EXIT', P, R} -> R end), ?P(gen_statem:start(?MODULE, stop, [])), ?P(gen_statem:start(?MODULE, ignore, [])).

callback_mode() -> handle_event_function.
init(stop) -> {stop, not_now}; init(ignore) -> ignore; init(Pid) -> {ok, s0, Pid}.
handle_event({call, F}, timers, _, _) -> {keep_state_and_data, [{reply, F, ok}, {{timeout, a}, 60, late}, {{timeout, b}, 20, early}, {timeout, 100, event}, {state_timeout, 40, st}]};
handle_event({call, F}, cancel, _, _) -> {keep_state_and_data, [{reply, F, ok}, {{timeout, a}, 20, never}, {{timeout, a}, cancel}, {state_timeout, 10, x}, {state_timeout, update, updated}]};
handle_event({call, F}, two_replies, s0, _) -> {keep_state_and_data, [{reply, F, first}]};
handle_event({call, F}, {state, S}, _, D) -> {next_state, S, D, {reply, F, moved}};
handle_event({call, F}, get, S, _) -> {keep_state_and_data, {reply, F, S}};
handle_event({call, F}, inserted, _, _) -> {keep_state_and_data, [{next_event, internal, {1, F}}, {next_event, internal, {2, F}}]};
handle_event(internal, {1, _}, _, Pid) -> Pid ! one, keep_state_and_data;
handle_event(internal, {2, F}, _, Pid) -> Pid ! two, {keep_state_and_data, {reply, F, done}};
handle_event({call, F}, {stop_and_reply, R}, _, _) -> {stop_and_reply, R, {reply, F, ok}};
handle_event(info, I, S, Pid) -> Pid ! {info, I, S}, keep_state_and_data;
handle_event(T, E, _, Pid) -> Pid ! {T, E}, keep_state_and_data.
