-module(binary_memory_is_freed).
-export([main/0]).
-include("../../t.hrl").

main() ->
    B0 = erlang:memory(binary), [byte_size(binary:copy(<<I>>, 100000)) || I <- lists:seq(1, 2000)], erlang:garbage_collect(), ?P(erlang:memory(binary) - B0 < 20000000), P = spawn(fun() -> X = [binary:copy(<<1>>, 1000000) || _ <- lists:seq(1, 20)], receive stop -> X end end), t:wait(fun() -> erlang:memory(binary) - B0 > 15000000 end), P ! stop, t:down(P), t:wait(fun() -> erlang:memory(binary) - B0 < 10000000 end), ?P(freed), Sub = binary:copy(binary:part(binary:copy(<<"z">>, 5000000), 5, 10)), erlang:garbage_collect(), ?P(Sub), ?P(element(2, process_info(self(), binary)) =/= x).
