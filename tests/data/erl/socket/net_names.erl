%% Names of hosts, services and interfaces by the module `net`.
-module(net_names).
-export([main/0]).

main() ->
    {ok, Host} = net:gethostname(),
    t:p(is_list(Host)),
    {ok, Info} = net:getnameinfo(#{family => inet, addr => loopback, port => 0}, [numerichost, numericserv]),
    t:p(lists:sort(maps:to_list(Info))),
    {ok, #{service := "80"}} = net:getnameinfo(#{family => inet, addr => {127, 0, 0, 1}, port => 80}, [numericserv]),
    t:x(fun() -> net:getnameinfo(#{family => inet, addr => loopback, port => 0}, [nothing]) end),
    t:p(net:getnameinfo(#{family => inet, addr => x, port => 0}, [])),
    {ok, Addresses} = net:getaddrinfo("127.0.0.1"),
    t:p(lists:usort([{Family, Address} || #{family := Family, addr := #{addr := Address}} <- Addresses])),
    t:p(lists:sort([Type || #{type := Type} <- Addresses] ++ [Type || #{socktype := Type} <- Addresses])),
    {ok, [#{addr := #{port := 80}} | _]} = net:getaddrinfo("127.0.0.1", "80"),
    t:p(net:getaddrinfo("127.0.0.1", "nothing_at_all")),
    t:p(net:getaddrinfo("not.a.number.invalid") =/= ok),
    [t:p(lists:sort(maps:keys(Place))) || [Place | _] <- [Addresses]],
    {ok, Names} = net:if_names(),
    {Index, Name} = lists:keyfind("lo", 2, Names),
    t:p(net:if_name2index(Name) =:= {ok, Index}),
    t:p(net:if_index2name(Index) =:= {ok, Name}),
    t:p(net:if_name2index("nothing")),
    t:p(net:if_index2name(99999)),
    %% What another system has.
    t:x(fun() -> prim_net:get_adapters_addresses(#{}) end),
    t:x(fun() -> prim_net:get_if_entry(#{}) end),
    t:x(fun() -> prim_net:get_interface_info(#{}) end),
    t:x(fun() -> prim_net:get_ip_address_table(#{}) end),
    t:p(maps:get(debug, prim_net:info())),
    {ok, All} = net:getifaddrs(),
    [t:p(lists:sort(maps:to_list(maps:remove(flags, Interface))))
     || #{name := "lo", addr := #{family := inet}} = Interface <- All],
    {ok, Packets} = net:getifaddrs(#{family => packet, flags => any}),
    [t:p(Address) || #{name := "lo", addr := #{family := packet} = Address} <- Packets],
    t:p(lists:usort([lists:sort(Flags) || #{name := "lo", flags := Flags} <- All])).
