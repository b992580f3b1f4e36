%% own_vm
-module(alive).
-export([main/0]).

main() ->
    t:p({node(), is_alive(), nodes()}),
    Before = self(),
    net_kernel:monitor_nodes(true),
    %% the port mapper, if none runs
    os:cmd("for d in $(echo $PATH | tr : ' '); do [ -x $d/epmd ] && $d/epmd -daemon && break; done"),
    Name = "oxbeam" ++ os:getpid(),
    {ok, Pid} = start(list_to_atom(Name), 50),
    t:p(is_pid(Pid)),
    t:p(hd(string:split(atom_to_list(node()), "@")) =:= Name),
    t:p({is_alive(), nodes(), nodes(this) =:= [node()], node(self()) =:= node(), Before =:= self()}),
    t:p(erlang:system_info(creation) > 3),
    t:p(is_pid(whereis(net_kernel))),
    {ok, Names} = net_adm:names(),
    t:p(lists:keymember(Name, 1, Names)),
    receive {nodeup, N} -> t:p(N =:= node()) after 1000 -> t:p(no_nodeup) end,
    %% terms of this node are its own
    t:p(binary_to_term(term_to_binary(self())) =:= self()),
    {reg, node()} ! ignored,
    register(reg, self()),
    {reg, node()} ! here,
    receive here -> t:p(here) after 1000 -> t:p(nothing) end,
    %% one that is not there
    [_, Host] = string:split(atom_to_list(node()), "@"),
    Other = list_to_atom("nobody@" ++ Host),
    t:p(net_adm:ping(Other)),
    t:p(net_kernel:connect_node(Other)),
    t:p(net_kernel:connect_node(node())),
    {reg, Other} ! lost,
    t:p(erlang:monitor_node(Other, true)),
    receive {nodedown, Other} -> t:p(down) after 5000 -> t:p(nothing) end,
    R = monitor(process, {reg, Other}),
    receive {'DOWN', R, process, {reg, Other}, Why} -> t:p(Why) after 5000 -> t:p(nothing) end,
    t:p(rpc:call(Other, erlang, node, [])),
    t:p(rpc:call(node(), erlang, is_alive, [])),
    t:p(erlang:get_cookie() =/= nocookie),
    t:x(fun() -> erlang:setnode(a@b, 5) end),
    t:x(fun() -> erlang:setnode(nonsense, 5) end),
    %% the end
    t:p(net_kernel:stop()),
    t:p({node(), is_alive(), node(self())}),
    t:x(fun() -> erlang:monitor_node(Other, true) end),
    t:p(net_kernel:stop()).

start(Name, Tries) ->
    case net_kernel:start([Name, shortnames]) of
        {error, _} when Tries > 0 -> timer:sleep(20), start(Name, Tries - 1);
        Result -> Result
    end.
