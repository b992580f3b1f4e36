-module(gen_statem_functions).
-export([main/0]).
-include("../../t.hrl").
-behaviour(gen_statem).
-export([callback_mode/0, init/1, locked/3, open/3, terminate/3]).

main() ->
    {ok, P} = gen_statem:start_link(?MODULE, [1, 2, 3], []), [gen_statem:cast(P, {button, B}) || B <- [1, 2]], ?P(gen_statem:call(P, state)), gen_statem:cast(P, {button, 3}), ?P(gen_statem:call(P, state)), gen_statem:cast(P, {button, 9}), ?P(receive relocked -> ok after 2000 -> none end), ?P(gen_statem:call(P, state)), ?P(gen_statem:call(P, {postponed_until_open})), ?X(gen_statem:call(P, hang, 20)), ?P(element(1, sys:get_state(P))), ?P(gen_statem:stop(P)), ?P(is_process_alive(P)).

callback_mode() -> [state_functions, state_enter].
init(Code) -> {ok, locked, #{code => Code, left => Code, owner => hd(get('$ancestors'))}}.
locked(enter, open, D) -> maps:get(owner, D) ! relocked, {keep_state, D#{left := maps:get(code, D)}};
locked(enter, _, D) -> {keep_state, D};
locked(cast, {button, B}, #{left := [B]} = D) -> {next_state, open, D, [{state_timeout, 500, lock}]};
locked(cast, {button, B}, #{left := [B | R]} = D) -> {keep_state, D#{left := R}};
locked(cast, {button, _}, #{code := C} = D) -> {keep_state, D#{left := C}};
locked({call, _}, {postponed_until_open}, D) -> {keep_state, D, [postpone, {next_event, cast, {button, 1}}, {next_event, internal, go}]};
locked(internal, go, D) -> {next_state, open, D, [{state_timeout, 500, lock}]};
locked({call, F}, state, #{left := L}) -> {keep_state_and_data, [{reply, F, {locked, L}}]};
locked({call, _}, hang, _) -> keep_state_and_data.
open(enter, locked, _) -> keep_state_and_data;
open(state_timeout, lock, D) -> {next_state, locked, D};
open(cast, {button, _}, _) -> {keep_state_and_data, [postpone]};
open({call, F}, {postponed_until_open}, _) -> {keep_state_and_data, [{reply, F, was_postponed}]};
open({call, F}, state, _) -> {keep_state_and_data, [{reply, F, open}]};
open({call, _}, hang, _) -> keep_state_and_data.
terminate(_, _, _) -> ok.
