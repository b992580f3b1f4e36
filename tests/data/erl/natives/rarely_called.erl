%% Natives that only OTP's own modules call, and only in a node with distribution or with tracing.
-module(rarely_called).
-export([main/0]).

main() ->
    Handle = make_ref(),
    [show(F, A) || {F, A} <- [
        {dist_ctrl_get_data, [Handle]},
        {dist_ctrl_get_data, [x]},
        {dist_ctrl_get_opt, [Handle, get_size]},
        {dist_ctrl_set_opt, [Handle, get_size, true]},
        {dist_ctrl_input_handler, [Handle, self()]},
        {dist_ctrl_put_data, [Handle, <<>>]},
        {dist_ctrl_put_data, [x, 1]},
        {dist_get_stat, [Handle]},
        {dist_get_stat, [x]},
        {exit_signal, [self(), normal]},
        {exit_signal, [x, kill]},
        {exit_signal, [self(), normal, []]},
        {exit_signal, [self(), normal, [priority]]},
        {exit_signal, [self(), normal, [other]]},
        {exit_signal, [self(), normal, x]},
        {trace_info, [self(), flags]},
        {trace_info, [new, flags]},
        {trace_info, [{lists, map, 2}, all]},
        {trace_info, [{lists, no_such, 2}, all]},
        {trace_info, [on_load, all]},
        {trace_info, [self(), other]},
        {trace_info, [x, flags]},
        {trace_delivered, [x]},
        {display_nl, [1]}
    ]],
    [delivered(Whom) || Whom <- [self(), all]],
    true = process_flag(trap_exit, true) =:= false,
    [show(exit_signal, A) || A <- [[self(), because], [self(), because, [priority]]]],
    [receive {'EXIT', From, Reason} -> io:format("~p ~p~n", [From =:= self(), Reason]) after 0 -> ok end || _ <- [1, 2]].

show(F, A) ->
    Said = try apply(erlang, F, A) catch C:R:Trace -> failed(C, R, hd(Trace)) end,
    io:format("~p/~b: ~p~n", [F, length(A), Said]).

failed(C, R, {M, N, _, I}) -> {C, R, M, N, [Item || {error_info, _} = Item <- I]}.

delivered(Whom) ->
    Ref = erlang:trace_delivered(Whom),
    receive {trace_delivered, Whom, Ref} -> io:format("delivered~n") after 5000 -> io:format("nothing~n") end.
