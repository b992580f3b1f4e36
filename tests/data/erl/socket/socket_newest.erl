%% since: 29
%% What the module `socket` has since OTP 28: several messages at once, reads that select.
-module(socket_newest).
-export([main/0]).

main() ->
    {A, B} = {open(), open()},
    {ok, Address} = socket:sockname(B),
    Messages = [#{addr => Address, iov => [<<"message ">>, integer_to_binary(I)]} || I <- lists:seq(1, 5)],
    {'$socket', RefA} = A,
    {'$socket', RefB} = B,
    t:p(prim_socket:sendmmsg(RefA, Messages, [], make_ref())),
    {ok, Received} = prim_socket:recvmmsg(RefB, 3, 0, 0, [], make_ref()),
    t:p([Data || #{iov := [Data]} <- Received]),
    {ok, Rest} = prim_socket:recvmmsg(RefB, 10, 0, 0, [], make_ref()),
    t:p([{Data, Flags, Controls} || #{iov := [Data], flags := Flags, ctrl := Controls} <- Rest]),
    t:p(prim_socket:recvmmsg(RefB, 10, 0, 0, [], zero)),
    Handle = make_ref(),
    t:p(prim_socket:recvmmsg(RefB, 10, 0, 0, [], Handle)),
    t:p(prim_socket:cancel(RefB, recvmmsg, Handle)),
    t:p(prim_socket:sendmmsg(RefA, [], [], make_ref())),
    t:p(prim_socket:sendmmsg(RefA, [#{addr => Address#{addr := x}, iov => [<<"x">>]}], [], make_ref())),
    t:x(fun() -> prim_socket:sendmmsg(RefA, [#{addr => Address}], [], make_ref()) end),
    t:p(prim_socket:recvmmsg(RefB, 0, 0, 0, [], make_ref())),
    selecting(A, B, Address),
    t:p(socket:getopt(A, {ip, tos})),
    t:p([{Name, socket:setopt(A, {ip, tos}, Name), element(2, socket:getopt(A, {ip, tos}))}
         || Name <- [cs1, af11, ef, mincost, le]]),
    {ok, Tcp} = socket:open(inet, stream, tcp),
    t:p([socket:setopt(Tcp, {tcp, user_timeout}, 1000), socket:getopt(Tcp, {tcp, user_timeout})]),
    t:p([socket:setopt(A, {socket, timestampns}, true), socket:getopt(A, {socket, timestampns})]),
    [socket:close(Socket) || Socket <- [A, B, Tcp]].

open() ->
    {ok, Socket} = socket:open(inet, dgram, udp),
    ok = socket:bind(Socket, #{family => inet, addr => loopback, port => 0}),
    Socket.

selecting(A, {'$socket', Reference} = B, Address) ->
    t:p([socket:setopt(B, {otp, select_read}, true), socket:getopt(B, {otp, select_read})]),
    ok = socket:sendto(A, <<"one">>, Address),
    Handle = make_ref(),
    {select_read, {_, Data}} = prim_socket:recvfrom(Reference, 0, [], Handle),
    t:p(Data),
    ok = socket:sendto(A, <<"two">>, Address),
    receive {'$socket', B, select, Handle} -> t:p(selected) end,
    {select_read, {_, More}} = prim_socket:recvfrom(Reference, 0, [], Handle),
    t:p(More),
    t:p(prim_socket:cancel(Reference, recvfrom, Handle)),
    t:p(socket:setopt(B, {otp, select_read}, false)).
