-module(selective).
-export([main/0]).
-include("../../t.hrl").

main() ->
    [self() ! M || M <- [{a, 1}, b, {c, 3}, 4, {a, 5}]], ?P(receive {c, X} -> X end), ?P(receive {a, Y} when Y > 2 -> Y end), ?P(receive N when is_integer(N) -> N end), ?P(process_info(self(), message_queue_len)), ?P(process_info(self(), messages)), ?P(t:flush()), ?P(receive nothing -> x after 0 -> empty end), ?P(receive nothing -> x after 10 -> timeout end), ?P(receive after 0 -> just_after end), Pid = spawn_link(fun() -> receive {From, go} -> From ! gone end end), Pid ! {self(), go}, ?P(receive gone -> ok after 1000 -> late end).
