%% The trace is cut at backtrace_depth.
-module(stack_depth).
-export([main/0]).
-include("../../t.hrl").

main() ->
    F = fun F(0) -> error(x); F(N) -> [F(N - 1)] end, Len = fun() -> try F(20) catch _:_:S -> length(S) end end,
    ?P(Len()), Old = erlang:system_flag(backtrace_depth, 3), ?P(Old), ?P(Len()), erlang:system_flag(backtrace_depth, 0), ?P(Len()), erlang:system_flag(backtrace_depth, 100), ?P(Len() > 20), erlang:system_flag(backtrace_depth, Old), ?P(Len()), ?X(erlang:system_flag(backtrace_depth, -1)), erlang:system_flag(backtrace_depth, 8).
