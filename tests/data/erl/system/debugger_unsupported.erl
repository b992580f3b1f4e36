%% since: 29
%% Without +D nothing of erl_debugger is there.
-module(debugger_unsupported).
-export([main/0]).

main() ->
    t:p(erl_debugger:supported()),
    [t:p(Name, failure(Call)) || {Name, Call} <- calls()].

calls() ->
    [{instrumentations, fun() -> erl_debugger:instrumentations() end},
     {toggle_instrumentations, fun() -> erl_debugger:toggle_instrumentations(#{line_breakpoint => true}) end},
     {toggle_instrumentations, fun() -> erl_debugger:toggle_instrumentations(t:id(x)) end},
     {register, fun() -> erl_debugger:register(t:id(1)) end},
     {unregister, fun() -> erl_debugger:unregister(t:id(a), b) end},
     {whereis, fun() -> erl_debugger:whereis() end},
     {breakpoint, fun() -> erl_debugger:breakpoint(lists, 1, true) end},
     {breakpoints, fun() -> erl_debugger:breakpoints(lists) end},
     {breakpoints, fun() -> erl_debugger:breakpoints(lists, map, 2) end},
     {stack_frames, fun() -> erl_debugger:stack_frames(t:id(a), b) end},
     {peek_stack_frame_slot, fun() -> erl_debugger:peek_stack_frame_slot(t:id(a), b, c, d) end},
     {xregs_count, fun() -> erl_debugger:xregs_count(t:id(a)) end},
     {peek_xreg, fun() -> erl_debugger:peek_xreg(t:id(a), b, c) end},
     {notify, fun() -> erts_internal:notify_breakpoint_hit({a, b, 1}, 2, t:id(not_a_fun)) end}].

failure(F) ->
    try F() catch Class:Reason:Rows -> {Class, Reason, hd(Rows)} end.
