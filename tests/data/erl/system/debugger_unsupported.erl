%% since: 29
%% Without +D nothing of erl_debugger is there.
-module(debugger_unsupported).
-export([main/0]).

main() ->
    t:p(erl_debugger:supported()),
    Calls = [{instrumentations, []}, {toggle_instrumentations, [#{line_breakpoint => true}]}, {toggle_instrumentations, [x]},
             {register, [1]}, {unregister, [a, b]}, {whereis, []}, {breakpoint, [lists, 1, true]}, {breakpoints, [lists]},
             {breakpoints, [lists, map, 2]}, {stack_frames, [a, b]}, {peek_stack_frame_slot, [a, b, c, d]}, {xregs_count, [a]},
             {peek_xreg, [a, b, c]}],
    [t:p(Name, failure(fun() -> apply(erl_debugger, Name, Arguments) end)) || {Name, Arguments} <- Calls],
    t:p(notify, failure(fun() -> erts_internal:notify_breakpoint_hit({a, b, 1}, 2, not_a_fun) end)).

failure(F) ->
    try F() catch Class:Reason:Rows -> {Class, Reason, hd(Rows)} end.
