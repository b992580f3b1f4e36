-module(process_memory_flat).
-export([main/0]).
-include("../../t.hrl").

main() ->
    {_, M} = spawn_monitor(fun() -> work(20000, queue:new()), erlang:garbage_collect(), {memory, A} = process_info(self(), memory), work(20000, queue:new()), erlang:garbage_collect(), {memory, B} = process_info(self(), memory), exit({B < A * 3, A < 1000000}) end), ?P(receive {'DOWN', M, _, _, R} -> R end), T0 = erlang:memory(processes), Ps = [spawn(fun() -> lists:seq(1, 1000) end) || _ <- lists:seq(1, 5000)], [t:down(P) || P <- Ps], erlang:garbage_collect(), ?P(erlang:memory(processes) - T0 < 50000000), {min_heap_size, H} = process_info(self(), min_heap_size), ?P(H), ?P([S || S <- [begin {Pd, Md} = spawn_opt(fun() -> {total_heap_size, X} = process_info(self(), total_heap_size), exit(X) end, [monitor, {min_heap_size, N}]), receive {'DOWN', Md, _, Pd, Z} -> Z end end || N <- [1, 233, 234, 1000, 10000, 100000]]]).

work(0, Q) -> queue:len(Q);
work(N, Q) -> Q1 = queue:in({N, lists:duplicate(5, N)}, Q), case queue:len(Q1) > 20 of true -> work(N - 1, element(2, queue:out(Q1))); false -> work(N - 1, Q1) end.
