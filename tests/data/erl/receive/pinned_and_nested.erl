-module(pinned_and_nested).
-export([main/0]).
-include("../../t.hrl").

main() ->
    R1 = make_ref(), R2 = make_ref(), self() ! {R2, two}, self() ! {R1, one}, self() ! {other, x}, ?P(receive {R1, V} -> V end), ?P(receive {R2, W} -> W end), self() ! outer, self() ! inner, ?P(receive outer -> receive inner -> both end; inner -> inner_first end), ?P(receive {T, X} when T =:= other -> X end), ?P(f(3)), self() ! {tag, {deep, [1, 2]}}, ?P(receive {tag, {deep, [H | _]}} = M -> {H, M} end), self() ! #{k => v}, ?P(receive #{k := Z} -> Z end), self() ! <<1, "rest">>, ?P(receive <<1, B/binary>> -> B end).

f(0) -> [];
f(N) -> self() ! {n, N}, R = f(N - 1), receive {n, N} -> [N | R] end.
