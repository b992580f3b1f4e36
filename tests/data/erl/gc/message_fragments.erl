-module(message_fragments).
-export([main/0]).
-include("../../t.hrl").

main() ->
    Me = self(), N = 3000, [spawn(fun() -> Me ! {I, lists:seq(1, 50), integer_to_binary(I), #{i => {I}}} end) || I <- lists:seq(1, N)], Got = [receive {I, L, B, #{i := {I}}} -> I = binary_to_integer(B), 50 = length(L), I end || _ <- lists:seq(1, N)], ?P(lists:sort(Got) =:= lists:seq(1, N)), P = spawn_opt(fun() -> receive go -> ok end, exit(collect(0)) end, [monitor, {message_queue_data, off_heap}]), {Pid, M} = P, [Pid ! {m, lists:seq(1, I rem 100)} || I <- lists:seq(1, 10000)], Pid ! done, Pid ! go, ?P(receive {'DOWN', M, _, _, R} -> R end), Self = [begin self() ! {self, I, "payload"}, receive {self, I, S} -> S end end || I <- lists:seq(1, 1000)], ?P(lists:usort(Self)).

collect(S) -> receive {m, L} -> collect(S + length(L)); done -> S end.
