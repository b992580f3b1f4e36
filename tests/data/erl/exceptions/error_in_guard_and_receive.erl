-module(error_in_guard_and_receive).
-export([main/0]).
-include("../../t.hrl").

main() ->
    self() ! a, self() ! 5, ?P(receive X when X + 1 > 0 -> X after 0 -> none end), ?P(receive Y when hd(Y) =:= 1 -> Y; Z -> {other, Z} after 0 -> none end), ?X(receive after ?I(-1) -> ok end), ?X(receive after ?I(a) -> ok end), ?X(receive after ?I(1 bsl 32) -> ok end), ?X(receive after ?I(1.5) -> ok end), self() ! m, ?X(receive m -> error(in_receive) after 0 -> none end), ?P(receive m -> m after 0 -> gone end).
