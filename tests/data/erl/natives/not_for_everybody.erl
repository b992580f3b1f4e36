%% What only a process that carries a connection to another node may ask; any other is refused before its arguments are looked at.
-module(not_for_everybody).
-export([main/0]).

main() ->
    [show(fun() -> erlang:dist_ctrl_get_data_notification(t:id(Handle)) end) || Handle <- [make_ref(), x, self(), <<>>, {1, 2}]],
    [show(fun() -> erlang:dist_ctrl_get_data(t:id(Handle)) end) || Handle <- [make_ref(), x]],
    t:p(nothing, t:flush()).

show(Call) ->
    t:p(try Call() catch Class:Reason:Rows -> {Class, Reason, hd(Rows)} end).
