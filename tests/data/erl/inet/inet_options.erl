-module(inet_options).
-export([main/0]).

lo() -> {127, 0, 0, 1}.

main() ->
    {ok, L} = gen_tcp:listen(0, [{ip, lo()}, {active, false}]),
    {ok, U} = gen_udp:open(0, [{ip, lo()}]),
    Own = [active, buffer, delay_send, deliver, exit_on_close, header, high_watermark, low_watermark, mode, packet,
           packet_size, send_timeout, send_timeout_close, show_econnreset],
    [t:p(O, inet:getopts(L, [O])) || O <- Own],
    [t:p(O, inet:getopts(U, [O])) || O <- [active, buffer, deliver, header, mode, read_packets, packet]],
    %% set and read again
    [set(L, O) || O <- [{active, once}, {active, false}, {buffer, 5000}, {delay_send, true}, {exit_on_close, false}, {header, 3},
                        {mode, binary}, {packet, 4}, {packet, line}, {packet_size, 99}, {send_timeout, 1}, {send_timeout, infinity},
                        {send_timeout_close, true}, {show_econnreset, true}, {linger, {true, 5}}, {linger, {false, 0}},
                        {keepalive, true}, {nodelay, true}, {reuseaddr, true}, {dontroute, true}, {priority, 3}, {tos, 16},
                        {ttl, 40}, {recvtos, true}, {buffer, 0}]],
    [set(U, O) || O <- [{broadcast, true}, {read_packets, 9}, {multicast_ttl, 3}, {multicast_loop, false}, {tos, 8}, {ttl, 3},
                        {recvttl, true}, {active, 3}]],
    %% the system doubles it
    ok = inet:setopts(L, [{recbuf, 5000}, {sndbuf, 6000}]),
    {ok, [{recbuf, R}, {sndbuf, S}]} = inet:getopts(L, [recbuf, sndbuf]),
    t:p({R >= 5000, S >= 6000}),
    %% raw
    t:p(inet:setopts(L, [{raw, 6, 1, <<1:32/native>>}])),
    t:p(inet:getopts(L, [{raw, 6, 1, 4}])),
    t:p(inet:getopts(L, [{raw, 99, 1, 4}])),
    %% wrong
    t:p(inet:setopts(L, [{packet, 17}])),
    t:p(inet:setopts(L, [nonsense])),
    t:p(inet:getopts(L, [nonsense])),
    t:p(inet:setopts(U, [{read_packets, 0}])),
    t:p(inet:setopts(L, [{tos, -1}])),
    gen_tcp:close(L),
    t:p(inet:setopts(L, [{nodelay, true}])),
    t:p(inet:getopts(L, [nodelay])),
    requests(U),
    inherited(),
    version_6(),
    services().

set(S, {Name, _} = O) ->
    t:p({O, inet:setopts(S, [O]), inet:getopts(S, [Name])}).

%% requests that are no requests
requests(U) ->
    Base = 16#03f1a300,
    [t:p({Op, Data, catch port_control(U, Base + Op, Data)})
     || {Op, Data} <- [{1, []}, {1, [9, 9, 9]}, {3, [0]}, {6, []}, {6, [1, 0]}, {7, [250, 0, 0, 0, 0]}, {7, [34, 0, 0, 0, 0, 0, 0, 0, 1, 0, 255, 255, 255]},
                       {8, [34]}, {8, [250]}, {17, [200, 1]}, {22, [9]}, {42, [0]}, {60, [0]}]],
    gen_udp:close(U).

%% what a connection has of its listener
inherited() ->
    {ok, L} = gen_tcp:listen(0, [{ip, lo()}, binary, {packet, 2}, {active, false}, {header, 1}, {buffer, 3000}, {exit_on_close, false},
                                 {send_timeout, 7}, {send_timeout_close, true}, {delay_send, true}, {nodelay, true}, {high_watermark, 77}]),
    {ok, P} = inet:port(L),
    {ok, A} = gen_tcp:connect(lo(), P, []),
    {ok, B} = gen_tcp:accept(L),
    [t:p(inet:getopts(B, [O])) || O <- [mode, packet, active, header, buffer, exit_on_close, send_timeout, send_timeout_close, delay_send,
                                        nodelay, high_watermark, low_watermark]],
    [gen_tcp:close(S) || S <- [A, B, L]].

version_6() ->
    case gen_tcp:listen(0, [inet6, {ip, {0, 0, 0, 0, 0, 0, 0, 1}}, {active, false}, binary]) of
        {ok, L} ->
            {ok, P} = inet:port(L),
            {ok, A} = gen_tcp:connect({0, 0, 0, 0, 0, 0, 0, 1}, P, [inet6, {active, false}]),
            {ok, B} = gen_tcp:accept(L),
            ok = gen_tcp:send(A, "six"),
            t:p(gen_tcp:recv(B, 0)),
            {ok, {Ip, _}} = inet:peername(B),
            t:p(Ip),
            set(L, {ipv6_v6only, true}),
            set(B, {tclass, 8}),
            [gen_tcp:close(S) || S <- [A, B, L]],
            {ok, U} = gen_udp:open(0, [inet6, {ip, {0, 0, 0, 0, 0, 0, 0, 1}}, {active, true}]),
            {ok, Q} = inet:port(U),
            ok = gen_udp:send(U, {0, 0, 0, 0, 0, 0, 0, 1}, Q, "self"),
            receive {udp, U, From, Q, D} -> t:p({From, D}) after 2000 -> t:p(nothing) end,
            gen_udp:close(U)
    end.

services() ->
    t:p(inet:getservbyname(nonsense, tcp)),
    {ok, Is} = inet:getifaddrs(),
    {value, {_, Lo}} = lists:keysearch("lo", 1, Is),
    t:p(proplists:get_all_values(addr, Lo) -- [{0, 0, 0, 0, 0, 0, 0, 1}]),
    t:p(proplists:get_value(flags, Lo)),
    {ok, Names} = inet:getiflist(),
    t:p(lists:member("lo", Names)),
    t:p(inet:ifget("lo", [addr, netmask, flags])),
    {ok, Host} = inet:gethostname(),
    t:p(is_list(Host)).
