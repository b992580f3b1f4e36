%% own_vm
-module(signals_handled).
-export([main/0]).
-include("../../t.hrl").
-behaviour(gen_event).
-export([init/1, handle_event/2, handle_call/2]).

main() ->
    ?P(os:set_signal(sigusr2, handle)), ?P(os:set_signal(sighup, ignore)), gen_event:delete_handler(erl_signal_server, erl_signal_handler, []), ?P(gen_event:add_handler(erl_signal_server, ?MODULE, self())), Pid = os:getpid(), os:cmd("kill -USR2 " ++ Pid), ?P(receive S -> S after 3000 -> none end), os:cmd("kill -HUP " ++ Pid), ?P(receive S2 -> S2 after 50 -> none end), os:set_signal(sigterm, handle), os:cmd("kill -TERM " ++ Pid), ?P(receive S3 -> S3 after 3000 -> none end), ?X(os:set_signal(foo, handle)), ?X(os:set_signal(sigterm, foo)), os:set_signal(sigusr2, default), ?P(still_here).

init(P) -> {ok, P}.
handle_event(E, P) -> P ! {signal, E}, {ok, P}.
handle_call(_, P) -> {ok, ok, P}.
