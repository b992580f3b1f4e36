-module(monitor_nodes_flag).
-export([main/0]).

%% Subscriptions to nodes are counted by kind; `false` ends all of a kind.
main() ->
    [flag(monitor_nodes, On) || On <- [true, true, false, false, a]],
    [flag({monitor_nodes, Options}, On) || Options <- kinds(), On <- [true, true, false, false]],
    [flag({monitor_nodes, Options}, true) || Options <- bad()],
    flag(monitor_nodes, true),
    flag({monitor_nodes, []}, true),
    flag({monitor_nodes, #{}}, true),
    flag({monitor_nodes, #{list => true}}, true),
    flag({monitor_nodes, []}, false),
    flag({monitor_nodes, #{}}, t:id(foo)),
    [t:p({On, t:r(fun() -> net_kernel:monitor_nodes(On) end)}) || On <- [true, true, false, foo]],
    [t:p({On, Options, t:r(fun() -> net_kernel:monitor_nodes(On, Options) end)})
     || On <- [true, false, foo],
        Options <- [[], [nodedown_reason], [{node_type, all}], #{}, #{connection_id => true}, [a]]].

kinds() ->
    [[], #{}, #{list => true}, #{connection_id => true}, #{connection_id => false}, #{nodedown_reason => true},
     #{node_type => visible}, #{node_type => hidden}, #{node_type => all},
     #{node_type => all, nodedown_reason => true, connection_id => true, list => true}].

bad() ->
    [[nodedown_reason], [{node_type, all}], foo, [a | b], #{list => false}, #{node_type => foo}, #{connection_id => 1},
     #{a => b}, #{node_type => all, x => true}].

flag(Flag, On) ->
    t:p({Flag, On, t:r(fun() -> process_flag(t:id(Flag), On) end)}).
