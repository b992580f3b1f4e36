-module(global_and_pg).
-export([main/0]).
-include("../../t.hrl").

main() ->
    ?P(global:register_name(gn, self())), ?P(global:whereis_name(gn) =:= self()), ?P(global:register_name(gn, self())), ?P(global:send(gn, hi) =:= self()), ?P(receive hi -> ok end), ?P(global:unregister_name(gn)), ?P(global:whereis_name(gn)), ?X(global:send(gn, x)), ?P(global:trans({lock, self()}, fun() -> in_lock end)), {ok, _} = pg:start_link(my_scope), ?P(pg:join(my_scope, g, self())), ?P(pg:get_members(my_scope, g) =:= [self()]), ?P(pg:which_groups(my_scope)), ?P(pg:leave(my_scope, g, self())), ?P(pg:get_members(my_scope, g)), ?P(net_kernel:get_state() =/= x), ?P(nodes()), ?P(node()), ?P(is_alive()), ?P(net_adm:ping('foo@nowhere.invalid')), ?P(rpc:call(node(), erlang, abs, [-1])), ?P(erpc:call(node(), erlang, abs, [-1])), ?P(rpc:call(node(), erlang, error, [x]) =/= ok), ?X(erpc:call(node(), erlang, error, [x])), ?P(monitor_node(node(), true)), ?X(monitor_node('x@y', true)), ?P(erlang:get_cookie()), ?P(rpc:pmap({erlang, abs}, [], [-1, 2])).
