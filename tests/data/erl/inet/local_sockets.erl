-module(local_sockets).
-export([main/0]).

path(N) -> "\0oxbeam-" ++ os:getpid() ++ "-" ++ integer_to_list(N).

hide(Path) -> fun({local, P}) when P =:= Path -> {local, own}; ({local, <<>>}) -> {local, <<>>}; ({local, P}) -> {local, {other, byte_size(P)}}; (X) -> X end.

main() ->
    File = filename:join("/tmp", "oxbeam-" ++ os:getpid() ++ ".socket"),
    file:delete(File),
    Hide = hide(list_to_binary(File)),
    {ok, L} = gen_tcp:listen(0, [{ifaddr, {local, File}}, binary, {active, false}]),
    t:p(gen_tcp:listen(0, [{ifaddr, {local, File}}])),
    {ok, A} = gen_tcp:connect({local, File}, 0, [binary, {active, false}]),
    {ok, B} = gen_tcp:accept(L),
    ok = gen_tcp:send(A, "local"),
    t:p(gen_tcp:recv(B, 5)),
    {ok, Name} = inet:sockname(L),
    t:p(Hide(Name)),
    {ok, Peer} = inet:peername(A),
    t:p(Hide(Peer)),
    t:p(inet:sockname(A)),
    t:p(inet:peername(B)),
    t:p(element(1, inet:port(L))),
    ok = gen_tcp:close(A),
    t:p(gen_tcp:recv(B, 0)),
    gen_tcp:close(B), gen_tcp:close(L),
    t:p(gen_tcp:connect({local, File}, 0, [])),
    t:p(file:delete(File)),
    t:p(gen_tcp:connect({local, File}, 0, [])),
    %% abstract names
    Abstract = path(1),
    {ok, M} = gen_tcp:listen(0, [{ifaddr, {local, Abstract}}, {active, false}]),
    {ok, C} = gen_tcp:connect({local, Abstract}, 0, []),
    {ok, D} = gen_tcp:accept(M),
    ok = gen_tcp:send(D, "abstract"),
    receive {tcp, C, X} -> t:p(X) after 2000 -> t:p(nothing) end,
    [gen_tcp:close(S) || S <- [C, D, M]],
    %% datagrams
    [N1, N2] = [path(N) || N <- [2, 3]],
    {ok, E} = gen_udp:open(0, [{ifaddr, {local, N1}}, list, {active, false}]),
    {ok, F} = gen_udp:open(0, [{ifaddr, {local, N2}}, binary, {active, true}]),
    t:p(gen_udp:send(E, {local, N2}, 0, "datagram")),
    receive {udp, F, {local, From}, 0, Data} -> t:p({From =:= list_to_binary(N1), Data}) after 2000 -> t:p(nothing) end,
    t:p(gen_udp:send(F, {local, N1}, 0, "back")),
    case gen_udp:recv(E, 0, 2000) of
        {ok, {{local, Back}, 0, Bytes}} -> t:p({Back =:= list_to_binary(N2), Bytes});
        Other -> t:p(Other)
    end,
    t:p(gen_udp:send(F, {local, path(9)}, 0, "nobody")),
    gen_udp:close(E), gen_udp:close(F),
    t:p(gen_tcp:listen(0, [{ifaddr, {local, lists:duplicate(200, $x)}}])).
