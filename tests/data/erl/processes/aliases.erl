-module(aliases).
-export([main/0]).
-include("../../t.hrl").

main() ->
    A = alias(), A ! one, ?P(receive one -> ok end), ?P(unalias(A)), A ! two, ?P(receive two -> ok after 20 -> dropped end), ?P(unalias(A)), B = alias([reply]), B ! r1, ?P(receive r1 -> ok end), B ! r2, ?P(receive r2 -> ok after 20 -> dropped end), C = alias([explicit_unalias]), P = spawn(fun() -> C ! {from, self()} end), ?P(receive {from, P} -> ok end), ?X(alias([foo])), ?X(alias(?I(a))), ?X(unalias(?I(a))), ?P(make_ref() ! nobody), ?X(erlang:send(?I(1), x)), D = alias(), Q = spawn(fun() -> receive {call, From, X} -> From ! {answer, X}, From ! {answer, again} end end), Q ! {call, D, 1}, ?P(receive {answer, X} -> X end), ?P(receive {answer, again} -> ok after 2000 -> none end), M = monitor(process, Q, [{alias, reply_demonitor}]), ?P(is_reference(M)), ?P(element(1, receive {'DOWN', M, _, _, R} -> {R} after 1000 -> none end)), M ! late, ?P(receive late -> ok after 20 -> dropped end), ?P(is_reference(binary_to_term(term_to_binary(D)))), binary_to_term(term_to_binary(D)) ! decoded, ?P(receive decoded -> ok after 50 -> none end).
