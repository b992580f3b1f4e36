-module(messages_to_dead).
-export([main/0]).
-include("../../t.hrl").

main() ->
    P = spawn(fun() -> ok end), t:down(P), ?P(P ! x), ?P(erlang:send(P, x)), ?P(erlang:send(P, x, [nosuspend])), ?P(erlang:send_nosuspend(P, x)), ?P(exit(P, kill)), ?P(erlang:send(self(), a, [noconnect])), ?P(t:flush()), ?X(erlang:send(P, x, [foo])), ?X(erlang:send(P, x, ?I(a))), ?P(erlang:send_after(1, P, x) =/= ok), ?P(process_info(P, links)), ?P(erlang:garbage_collect(P)), ?X(erlang:garbage_collect(?I(a))), ?P(erlang:garbage_collect()), R = make_ref(), ?P(erlang:garbage_collect(self(), [{async, R}])), ?P(receive {garbage_collect, R, V} -> V after 2000 -> none end), ?P(erlang:check_process_code(P, lists)).
