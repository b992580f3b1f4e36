%% Datagrams by the module `socket`: addresses, messages with control data, flags, local ones.
-module(socket_datagrams).
-export([main/0]).

main() ->
    {A, B} = {open(), open()},
    plain(A, B),
    messages(A, B),
    errors(A),
    connected(A, B),
    [t:p(socket:close(Socket)) || Socket <- [A, B]],
    local(),
    version_6().

open() ->
    {ok, Socket} = socket:open(inet, dgram, udp),
    ok = socket:bind(Socket, #{family => inet, addr => loopback, port => 0}),
    Socket.

plain(A, B) ->
    {ok, #{port := PortA} = AddressA} = socket:sockname(A),
    {ok, AddressB} = socket:sockname(B),
    t:p(socket:sendto(A, <<"one">>, AddressB)),
    {ok, {#{port := PortA} = From, Data}} = socket:recvfrom(B),
    t:p({From#{port := 0}, Data}),
    t:p(From =:= AddressA),
    t:p(socket:sendto(A, <<>>, AddressB)),
    {ok, {_, Empty}} = socket:recvfrom(B, 0),
    t:p(Empty),
    ok = socket:sendto(A, <<"truncated">>, AddressB),
    {ok, {_, Cut}} = socket:recvfrom(B, 5),
    t:p(Cut),
    ok = socket:sendto(A, <<"peeked">>, AddressB),
    {ok, {_, Peeked}} = socket:recvfrom(B, 0, [peek]),
    {ok, Whole} = socket:recv(B, 0),
    t:p({Peeked, Whole}),
    t:p(socket:recvfrom(B, 0, 0)),
    t:p(socket:recvfrom(B, 0, 10)),
    {select, {select_info, Tag, Handle}} = socket:recvfrom(B, 0, nowait),
    t:p(Tag),
    ok = socket:sendto(A, <<"later">>, AddressB),
    receive {'$socket', B, select, Handle} -> ok end,
    {ok, {_, Later}} = socket:recvfrom(B, 0, nowait),
    t:p(Later),
    t:p(socket:sendto(A, binary:copy(<<0>>, 70000), AddressB)),
    t:p(socket:sendto(A, <<"x">>, #{family => inet6, addr => loopback, port => 1})),
    t:p(socket:sendto(A, <<"x">>, #{family => inet, addr => nothing, port => 1})).

messages(A, B) ->
    {ok, AddressB} = socket:sockname(B),
    t:p(socket:sendmsg(A, #{addr => AddressB, iov => [<<"in ">>, <<"pieces">>]})),
    {ok, #{addr := #{family := inet}} = Message} = socket:recvmsg(B),
    t:p(maps:remove(addr, Message)),
    ok = socket:setopt(B, {ip, recvttl}, true),
    ok = socket:setopt(B, {ip, recvtos}, true),
    ok = socket:setopt(B, {ip, pktinfo}, true),
    ok = socket:setopt(B, {socket, timestamp}, true),
    Controls = [#{level => ip, type => ttl, value => 17}, #{level => ip, type => tos, value => lowdelay}],
    t:p(socket:sendmsg(A, #{addr => AddressB, iov => [<<"x">>], ctrl => Controls})),
    {ok, #{ctrl := Received}} = socket:recvmsg(B),
    [t:p(control(Control)) || Control <- lists:sort(fun by_type/2, Received)],
    %% By number and with bytes.
    Raw = [#{level => ip, type => 2, data => <<19:32/native>>}, #{level => ip, type => tos, data => 8}],
    t:p(socket:sendmsg(A, #{addr => AddressB, iov => [<<"x">>], ctrl => Raw})),
    {ok, #{ctrl := Others}} = socket:recvmsg(B, 0, 0),
    [t:p(control(Control)) || Control <- lists:sort(fun by_type/2, Others)],
    %% Too little room.
    ok = socket:sendmsg(A, #{addr => AddressB, iov => [<<"long data">>]}),
    {ok, #{iov := [Cut], flags := Flags}} = socket:recvmsg(B, 4, 16),
    t:p({Cut, Flags}),
    t:p(socket:sendmsg(A, #{addr => AddressB, iov => [<<"x">>], ctrl => [#{level => ip, type => ttl, value => x}]})),
    t:p(socket:sendmsg(A, #{addr => AddressB, iov => [<<"x">>], ctrl => [#{level => ip, type => ttl, value => 1, data => <<>>}]})),
    t:p(socket:sendmsg(A, #{addr => AddressB, iov => [<<"x">>], ctrl => [#{level => ip, type => recvttl, value => 1}]})),
    t:p(socket:sendmsg(A, #{addr => AddressB, iov => [x]})),
    t:p(socket:sendmsg(A, #{addr => #{family => inet, addr => x, port => 1}, iov => [<<"x">>]})),
    t:p(socket:sendmsg(A, #{addr => AddressB, iov => [<<"flags">>]}, [nothing])),
    t:p(socket:recvmsg(B, 0, 0, [], 0)).

by_type(#{type := A}, #{type := B}) -> A =< B.

control(#{type := timestamp, value := #{sec := Sec, usec := Usec}}) -> {timestamp, is_integer(Sec), is_integer(Usec)};
control(#{type := pktinfo, value := #{addr := Address}}) -> {pktinfo, Address};
control(#{type := tos, value := _} = Control) -> maps:with([level, type, data], Control);
control(Control) -> Control.

errors(A) ->
    {ok, Gone} = socket:open(inet, dgram, udp),
    ok = socket:bind(Gone, #{family => inet, addr => loopback, port => 0}),
    {ok, Address} = socket:sockname(Gone),
    ok = socket:close(Gone),
    ok = socket:setopt(A, {ip, recverr}, true),
    ok = socket:sendto(A, <<"to nobody">>, Address),
    {ok, #{ctrl := [#{type := recverr, value := Error}], flags := Flags}} = error_queue(A),
    t:p(Flags),
    t:p([{Key, maps:get(Key, Error)} || Key <- [error, origin, type, code]]),
    #{offender := #{family := Family, addr := Offender}} = Error,
    t:p({Family, Offender}),
    ok = socket:setopt(A, {ip, recverr}, false),
    _ = socket:recv(A, 0, 0),
    ok.

error_queue(Socket) ->
    case socket:recvmsg(Socket, 0, 0, [errqueue], 0) of
        {error, timeout} -> timer:sleep(5), error_queue(Socket);
        Result -> Result
    end.

connected(A, B) ->
    {ok, AddressA} = socket:sockname(A),
    {ok, AddressB} = socket:sockname(B),
    t:p(socket:connect(A, AddressB)),
    t:p(socket:send(A, <<"connected">>)),
    t:p(socket:recv(B, 0)),
    {ok, AddressB} = socket:peername(A),
    t:p(socket:connect(A, #{family => unspec})),
    t:p(socket:peername(A)),
    t:p(socket:send(A, <<"alone">>)),
    {ok, AddressA} =:= socket:sockname(A).

local() ->
    Name = <<0, "oxbeam socket_datagrams ", (integer_to_binary(erlang:unique_integer([positive])))/binary,
             (list_to_binary(os:getpid()))/binary>>,
    {ok, A} = socket:open(local, dgram),
    {ok, B} = socket:open(local, dgram),
    t:p(socket:bind(A, #{family => local, path => Name})),
    {ok, #{family := local, path := Name}} = socket:sockname(A),
    t:p(socket:sockname(B)),
    t:p(socket:sendto(B, <<"abstract">>, #{family => local, path => Name})),
    {ok, {From, Data}} = socket:recvfrom(A),
    t:p({From, Data}),
    t:p(socket:connect(B, #{family => local, path => Name})),
    t:p(socket:send(B, <<"again">>)),
    t:p(socket:recvmsg(A)),
    t:p(socket:bind(B, #{family => local, path => lists:duplicate(300, $x)}) =:=
        {error, {invalid, {sockaddr, path, #{family => local, path => lists:duplicate(300, $x)}}}}),
    t:p(element(1, element(2, socket:bind(B, #{family => local, path => lists:duplicate(200, $x)})))),
    t:p(socket:bind(B, #{family => local, path => "/nowhere/at/all"})),
    t:p(socket:getopt(A, {socket, protocol})),
    t:p(socket:getopt(A, {socket, domain})),
    t:p(socket:getopt(A, {socket, type})),
    t:p([socket:close(A), socket:close(B)]).

version_6() ->
    case socket:open(inet6, dgram, udp) of
        {ok, Socket} ->
            case socket:bind(Socket, #{family => inet6, addr => loopback, port => 0}) of
                ok ->
                    {ok, #{port := Port} = Address} = socket:sockname(Socket),
                    t:p(Address#{port := 0} =:= #{family => inet6, addr => {0,0,0,0,0,0,0,1}, port => 0, flowinfo => 0,
                                                  scope_id => 0}),
                    t:p(socket:sendto(Socket, <<"six">>, #{family => inet6, addr => {0,0,0,0,0,0,0,1}, port => Port})),
                    {ok, {#{port := Port, addr := From}, Data}} = socket:recvfrom(Socket),
                    t:p({From, Data});
                _ ->
                    t:p(true), t:p(ok), t:p({{0,0,0,0,0,0,0,1}, <<"six">>})
            end,
            socket:close(Socket)
    end.
