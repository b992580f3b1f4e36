-module(spawn_request).
-export([main/0]).
-include("../../t.hrl").

main() ->
    R = spawn_request(fun() -> exit(bye) end, [monitor, {reply_tag, reply}]), P = receive {reply, R, ok, Pid} -> Pid end, ?P(receive {'DOWN', R, process, P, W} -> W end), R2 = spawn_request(node(), fun() -> ok end, [link]), ?P(receive {spawn_reply, R2, ok, P2} -> is_pid(P2) end), R3 = spawn_request(erlang, self, [], [{reply, no}]), ?P(receive {spawn_reply, R3, _, _} -> got after 50 -> none end), R4 = spawn_request(node(), erlang, self, [], [{reply, error_only}]), ?P(receive {spawn_reply, R4, _, _} -> got after 50 -> none end), R5 = spawn_request('no@such.host', fun() -> ok end, [{reply_tag, t5}]), ?P(receive {t5, R5, E, Why} -> {E, Why} after 5000 -> none end), R6 = spawn_request(fun() -> ok end, [bad_option]), ?P(receive {spawn_reply, R6, E6, W6} -> {E6, W6} after 1000 -> none end), ?X(spawn_request(?I(a))), ?X(spawn_request(fun() -> ok end, ?I(x))), ?P(spawn_request_abandon(make_ref())), R7 = spawn_request(fun() -> ok end, [{reply, yes}]), receive {spawn_reply, R7, ok, _} -> ok end, ?P(spawn_request_abandon(R7)), ?X(spawn_request_abandon(?I(a))).
