-module(io_request_protocol).
-export([main/0]).
-include("../../t.hrl").

main() ->
    G = group_leader(), Ask = fun(Req) -> R = make_ref(), G ! {io_request, self(), R, Req}, receive {io_reply, R, X} -> X end end, ?P(Ask({put_chars, unicode, "plain\n"})), ?P(Ask({put_chars, latin1, <<"bin\n">>})), ?P(Ask({put_chars, unicode, io_lib, format, ["~p~n", [x]]})), ?P(Ask({requests, [{put_chars, unicode, "a"}, {put_chars, unicode, "b\n"}]})), ?P(element(1, Ask({no_such_request}))), group_leader(self(), self()), Self = self(), spawn_link(fun() -> group_leader(Self, self()), io:format("to me ~p~n", [1]), Self ! done end), receive {io_request, From, As, {put_chars, unicode, M, F, A}} -> From ! {io_reply, As, ok}, receive done -> ok end, group_leader(G, self()), ?P(lists:flatten(apply(M, F, A))); {io_request, From, As, Other} -> From ! {io_reply, As, ok}, receive done -> ok end, group_leader(G, self()), ?P(Other) end.
