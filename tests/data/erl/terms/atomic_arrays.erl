-module(atomic_arrays).
-export([main/0]).
-include("../../t.hrl").

main() ->
    A = atomics:new(3, []), ?P(atomics:get(A, 1)), ?P(atomics:put(A, 1, 5)), ?P(atomics:add(A, 1, -10)), ?P(atomics:get(A, 1)), ?P(atomics:add_get(A, 2, 7)), ?P(atomics:sub_get(A, 2, 3)), ?P(atomics:exchange(A, 2, 100)), ?P(atomics:compare_exchange(A, 2, 100, 1)), ?P(atomics:compare_exchange(A, 2, 100, 2)), ?P(atomics:info(A)), U = atomics:new(1, [{signed, false}]), ?P(atomics:sub_get(U, 1, 1)), ?P(atomics:add_get(U, 1, 1)), atomics:put(A, 3, (1 bsl 63) - 1), ?P(atomics:add_get(A, 3, 1)), ?X(atomics:new(0, [])), ?X(atomics:new(1, [foo])), ?X(atomics:get(A, 4)), ?X(atomics:get(A, 0)), ?X(atomics:put(A, 1, 1 bsl 63)), ?X(atomics:put(U, 1, -1)), ?P(atomics:put(U, 1, (1 bsl 64) - 1)), ?X(atomics:add(A, 1, a)), ?X(atomics:get(make_ref(), 1)), ?X(atomics:put(A, 1, 1.0)), Ps = [spawn_monitor(fun() -> [atomics:add(A, 1, 1) || _ <- lists:seq(1, 10000)] end) || _ <- [1, 2, 3, 4]], [receive {'DOWN', M, _, _, _} -> ok end || {_, M} <- Ps], ?P(atomics:get(A, 1)).
