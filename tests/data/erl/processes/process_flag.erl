-module(process_flag).
-export([main/0]).
-include("../../t.hrl").

main() ->
    [?P({F, process_flag(F, V), process_flag(F, V)}) || {F, V} <- [{trap_exit, true}, {priority, high}, {priority, normal}, {min_heap_size, 2000}, {min_bin_vheap_size, 50000}, {fullsweep_after, 10}, {message_queue_data, off_heap}, {message_queue_data, on_heap}, {save_calls, 5}, {save_calls, 0}, {sensitive, true}, {sensitive, false}, {error_handler, error_handler}, {max_heap_size, 0}]], ?P(process_flag(max_heap_size, #{size => 1000000, kill => true, error_logger => false})), ?P(process_flag(max_heap_size, 0)), [?X(process_flag(F, V)) || {F, V} <- [{trap_exit, 1}, {priority, x}, {min_heap_size, -1}, {min_heap_size, a}, {fullsweep_after, -1}, {message_queue_data, x}, {save_calls, -1}, {sensitive, x}, {nope, true}, {1, 2}, {max_heap_size, -1}, {max_heap_size, 5}, {max_heap_size, #{}}, {max_heap_size, #{size => a}}, {monitor_nodes, x}]], ?X(process_flag(async_dist, ?I(x))).
