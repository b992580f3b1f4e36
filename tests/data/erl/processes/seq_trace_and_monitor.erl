-module(seq_trace_and_monitor).
-export([main/0]).
-include("../../t.hrl").

main() ->
    ?P(seq_trace:get_token()), ?P(seq_trace:set_token(label, 17)), ?P(seq_trace:get_token(label)), P = spawn(fun() -> receive {F, q} -> F ! {token, seq_trace:get_token(label)} end end), P ! {self(), q}, ?P(receive {token, T} -> T end), ?P(element(2, seq_trace:get_token(serial)) =/= x), seq_trace:set_token([]), ?P(seq_trace:get_token()), ?P(seq_trace:get_system_tracer()), ?P(erlang:system_monitor()).
