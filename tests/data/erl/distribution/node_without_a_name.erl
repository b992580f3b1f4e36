%% own_vm
-module(node_without_a_name).
-export([main/0]).

%% A node that will get its name from the first one that it meets is alive, but reaches nobody.
main() ->
    Watch = fun() -> monitor(process, {nobody, 'nobody@nowhere'}) end,
    before(fun() -> monitor_node('nobody@nowhere', true) end),
    before(Watch),
    {ok, _} = net_kernel:start(undefined, #{name_domain => shortnames}),
    t:p({is_alive(), node(), nodes()}),
    t:p(monitor_node('nobody@nowhere', true)),
    receive {nodedown, Node} -> t:p({down, Node}) after 5000 -> t:p(nothing) end,
    Monitor = Watch(),
    receive {'DOWN', Monitor, Type, Object, Reason} -> t:p({Type, Object, Reason}) after 5000 -> t:p(nothing) end,
    ok = net_kernel:stop(),
    before(Watch).

before(Do) -> t:p(try Do() catch Class:Reason -> {Class, Reason} end).
