%% Options by the module `socket`: those of levels, by number and bytes, those of the level `otp`; requests; what there is.
-module(socket_options).
-export([main/0]).

main() ->
    {ok, Tcp} = socket:open(inet, stream, tcp),
    {ok, Udp} = socket:open(inet, dgram, udp),
    [t:p(Option, set(Tcp, Option, Values)) || {Option, Values} <- stream_options()],
    [t:p(Option, set(Udp, Option, Values)) || {Option, Values} <- datagram_options()],
    native(Tcp),
    otp(Tcp),
    info(Tcp),
    requests(Udp),
    t:p([socket:close(Tcp), socket:close(Udp)]),
    supported().

set(Socket, Option, Values) ->
    [{Value, socket:setopt(Socket, Option, Value), socket:getopt(Socket, Option)} || Value <- Values].

stream_options() ->
    [{{socket, keepalive}, [true, false, 1, 'maybe']},
     {{socket, reuseaddr}, [true, false]},
     {{socket, reuseport}, [true]},
     {{socket, broadcast}, [true]},
     {{socket, linger}, [#{onoff => true, linger => 5}, #{onoff => false, linger => 0}, abort, true,
                         #{onoff => true, linger => -1}, #{onoff => true}]},
     {{socket, priority}, [3, 0]},
     {{socket, rcvlowat}, [1]},
     {{socket, oobinline}, [true]},
     {{socket, type}, [stream]},
     {{socket, domain}, [inet]},
     {{socket, protocol}, [tcp]},
     {{socket, acceptconn}, [true]},
     {{socket, nothing}, [1]},
     {{socket, error}, [1]},
     {{nothing, nothing}, [1]},
     {{tcp, nodelay}, [true, false, x]},
     {{tcp, cork}, [true, false]},
     {{tcp, congestion}, ["reno", <<"reno">>, "nothing", x]},
     {{ip, ttl}, [13, 300]},
     {{ip, tos}, [lowdelay, throughput, reliability, mincost, 16, 12, nothing]},
     {{ip, recvtos}, [true]},
     {{ip, mtu_discover}, [want, dont, do, probe, 2, nothing]},
     {{ip, mtu}, [100]},
     {{sctp, nothing}, [1]}].

datagram_options() ->
    [{{ip, multicast_ttl}, [5]},
     {{ip, multicast_loop}, [false, true]},
     {{ip, multicast_if}, [{127, 0, 0, 1}, any, loopback, {1, 2}]},
     {{ip, multicast_all}, [false]},
     {{ip, add_membership}, [#{multiaddr => {224, 0, 0, 251}, interface => loopback},
                             #{multiaddr => {224, 0, 0, 251}, interface => loopback},
                             #{multiaddr => {224, 0, 0}, interface => any}, any]},
     {{ip, drop_membership}, [#{multiaddr => {224, 0, 0, 251}, interface => loopback},
                              #{multiaddr => {224, 0, 0, 251}, interface => loopback}]},
     {{ip, add_source_membership}, [#{multiaddr => {232, 0, 0, 1}, interface => loopback,
                                      sourceaddr => {127, 0, 0, 1}}, any]},
     {{ip, freebind}, [true]},
     {{ip, recvttl}, [true]},
     {{ip, pktinfo}, [true]},
     {{ip, minttl}, [1]},
     {{socket, peek_off}, [x]},
     {{udp, cork}, [false]}].

native(Socket) ->
    t:p(socket:getopt_native(Socket, {socket, 3}, integer)),
    t:p(socket:getopt_native(Socket, {socket, 9}, boolean)),
    t:p(socket:getopt_native(Socket, {socket, 3}, 4) =:= {ok, <<1:32/native>>}),
    t:p(socket:getopt_native(Socket, {socket, 3}, 100) =:= {ok, <<1:32/native>>}),
    t:p(socket:getopt_native(Socket, {socket, 3}, <<0:32>>) =:= {ok, <<1:32/native>>}),
    t:p(socket:getopt_native(Socket, {1, 3}, integer)),
    t:p(socket:getopt_native(Socket, {socket, type}, integer)),
    t:p(socket:getopt_native(Socket, {socket, 3}, nothing)),
    t:p(socket:getopt_native(Socket, {socket, 9999}, integer)),
    t:p(socket:setopt_native(Socket, {socket, 9}, <<1:32/native>>)),
    t:p(socket:getopt(Socket, {socket, keepalive})),
    t:p(socket:setopt_native(Socket, {socket, keepalive}, false)),
    t:p(socket:setopt_native(Socket, {socket, 9}, 1)),
    t:p(socket:setopt_native(Socket, {socket, 9}, nothing)),
    t:p(socket:setopt_native(Socket, {nothing, 9}, 1)),
    t:p(socket:getopt(Socket, {socket, keepalive})).

otp(Socket) ->
    [t:p(Name, [{Value, socket:setopt(Socket, {otp, Name}, Value), socket:getopt(Socket, {otp, Name})} || Value <- Values])
     || {Name, Values} <- [{debug, [true, false, x]}, {iow, [true, false, 1]},
                           {rcvbuf, [1000, {3, 500}, default, 0, {0, 5}, x, {2, default}]},
                           {rcvctrlbuf, [500, default, 0]}, {sndctrlbuf, [2000, default, -1]},
                           {meta, [{any, "term", #{}}, undefined]},
                           {use_registry, [true, false]}]],
    {ok, Self} = socket:getopt(Socket, {otp, controlling_process}),
    t:p(Self =:= self()),
    {ok, Number} = socket:getopt(Socket, {otp, fd}),
    t:p(is_integer(Number)),
    t:x(fun() -> socket:setopt(Socket, {otp, fd}, 1) end),
    t:p(socket:getopt(Socket, {otp, domain})),
    t:p(socket:getopt(Socket, {otp, nothing})),
    {Pid, Monitor} = spawn_monitor(fun() ->
                                       exit({socket:setopt(Socket, {otp, controlling_process}, self()),
                                             socket:setopt(Socket, {otp, meta}, 1)})
                                   end),
    receive {'DOWN', Monitor, process, Pid, Reason} -> t:p(Reason) end,
    t:p(socket:setopt(Socket, {otp, controlling_process}, x)).

info(Socket) ->
    Info = socket:info(Socket),
    t:p([{Key, maps:get(Key, Info)} || Key <- [domain, type, protocol, ctype, num_readers, num_writers, num_acceptors,
                                              rstates, wstates]]),
    t:p(lists:sort(maps:to_list(maps:get(counters, Info)))),
    t:p(maps:get(owner, Info) =:= self()),
    {ok, Number} = socket:getopt(Socket, {otp, fd}),
    {ok, Copy} = socket:open(Number),
    #{ctype := {fromfd, Number}} = socket:info(Copy),
    {ok, Given} = socket:open(Number, #{dup => false}),
    t:p(maps:get(ctype, socket:info(Given))),
    t:p([maps:get(Key, socket:info(Copy)) || Key <- [domain, type, protocol]]),
    t:p([socket:close(Copy), socket:close(Given)]),
    t:p(socket:getopt(Socket, {socket, type})),
    t:p(socket:open(1 bsl 20)).

requests(Socket) ->
    {ok, Interfaces} = socket:ioctl(Socket, gifconf),
    [#{name := Name}] = [Interface || #{addr := #{addr := {127, 0, 0, 1}}} = Interface <- Interfaces],
    {ok, Index} = socket:ioctl(Socket, gifindex, Name),
    t:p(socket:ioctl(Socket, gifname, Index) =:= {ok, Name}),
    {ok, #{addr := Address}} = socket:ioctl(Socket, gifaddr, Name),
    t:p(Address),
    {ok, #{addr := Mask}} = socket:ioctl(Socket, gifnetmask, Name),
    t:p(Mask),
    {ok, Flags} = socket:ioctl(Socket, gifflags, Name),
    t:p(lists:sort(Flags)),
    {ok, #{family := Hardware}} = socket:ioctl(Socket, gifhwaddr, Name),
    t:p(Hardware),
    {ok, Mtu} = socket:ioctl(Socket, gifmtu, Name),
    t:p(is_integer(Mtu)),
    {ok, Length} = socket:ioctl(Socket, giftxqlen, Name),
    t:p(is_integer(Length)),
    {ok, Map} = socket:ioctl(Socket, gifmap, Name),
    t:p(lists:sort(maps:keys(Map))),
    t:p(socket:ioctl(Socket, gifaddr, "nothing")),
    t:p(socket:ioctl(Socket, gifname, 99999)),
    t:p(element(1, socket:ioctl(Socket, sifmtu, "nothing", 100))),
    t:p(socket:ioctl(Socket, sifaddr, "nothing", #{family => inet, addr => x, port => 0})),
    t:x(fun() -> socket:ioctl(Socket, 12345) end).

supported() ->
    t:p(lists:sort(socket:supports(msg_flags))),
    t:p(lists:sort(socket:supports(ioctl_requests))),
    t:p(lists:sort([Flag || {Flag, true} <- socket:supports(ioctl_flags)])),
    [t:p(Level, lists:sort(socket:supports(options, Level))) || Level <- [socket, ip, ipv6, tcp, udp]],
    t:p(socket:supports(nothing)),
    t:p([socket:is_supported(What) || What <- [ipv6, local, netns, sendfile, nothing]]),
    t:p([socket:is_supported(protocols, What) || What <- [tcp, udp, ip, ipv6, nothing]]).
