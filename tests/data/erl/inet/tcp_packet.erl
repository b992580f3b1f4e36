-module(tcp_packet).
-export([main/0]).

lo() -> {127, 0, 0, 1}.

pair(OptsA, OptsB) ->
    {ok, L} = gen_tcp:listen(0, [{ip, lo()} | OptsB]),
    {ok, P} = inet:port(L),
    {ok, A} = gen_tcp:connect(lo(), P, OptsA),
    {ok, B} = gen_tcp:accept(L),
    gen_tcp:close(L),
    {A, B}.

%% All packets of these bytes, sent in parts: passive, and active.
packets(Type, Bytes) -> packets(Type, Bytes, []).

packets(Type, Bytes, Opts) ->
    t:p(Type, passive(Type, Bytes, Opts)),
    t:p(Type, active(Type, Bytes, Opts)).

passive(Type, Bytes, Opts) ->
    {A, B} = pair([{active, false}], [{mode, binary}, {packet, Type}, {active, false} | Opts]),
    send(A, Bytes),
    collect(B, []).

collect(B, Acc) ->
    case gen_tcp:recv(B, 0, 2000) of
        {ok, {ssl_tls, S, T, V, D}} -> collect(B, [{ssl_tls, S =:= B, T, V, D} | Acc]);
        {ok, X} -> collect(B, [X | Acc]);
        {error, R} -> gen_tcp:close(B), lists:reverse(Acc, [R])
    end.

active(Type, Bytes, Opts) ->
    {A, B} = pair([{active, false}], [{mode, binary}, {packet, Type}, {active, true} | Opts]),
    send(A, Bytes),
    messages(B, []).

messages(B, Acc) ->
    receive
        {tcp_closed, B} -> lists:reverse(Acc);
        M when element(2, M) =:= B -> messages(B, [setelement(2, M, s) | Acc])
    after 3000 -> lists:reverse(Acc, [timeout])
    end.

send(A, Bytes) ->
    spawn_link(fun() ->
                   [begin _ = gen_tcp:send(A, P), timer:sleep(3) end || P <- parts(iolist_to_binary(Bytes))],
                   gen_tcp:shutdown(A, write)
               end).

parts(<<P:7/binary, Rest/binary>>) -> [P | parts(Rest)];
parts(<<>>) -> [];
parts(P) -> [P].

main() ->
    process_flag(trap_exit, true),
    packets(1, [3, "abc", 0, 1, "x", 2, "cu"]),
    packets(2, [<<3:16>>, "abc", <<0:16>>, <<20:16>>, lists:duplicate(20, $y)]),
    packets(4, [<<3:32>>, "abc", <<0:32>>, <<300:32>>, lists:duplicate(300, $z)]),
    packets(line, "one\ntwo\r\n\nthree without an end"),
    delimiter(),
    packets(line, [lists:duplicate(50, $x), "\nshort\n"], [{buffer, 20}, {recbuf, 1024}]),
    packets(asn1, [16#30, 3, "abc", 16#30, 16#81, 130, lists:duplicate(130, $b)]),
    packets(sunrm, [<<16#80000002:32>>, "hi", <<1:32>>, "x"]),
    packets(cdr, ["GIOP", 1, 0, 0, 1, <<2:32>>, "cd"]),
    packets(fcgi, [1, 1, 0, 1, 0, 3, 2, 0, "abc", 0, 0]),
    packets(tpkt, [3, 0, 0, 6, "ab", 3, 0, 0, 4]),
    packets(ssl_tls, [22, 3, 1, 0, 4, "hand", 23, 3, 3, 0, 2, "da"]),
    Request = "GET /path?x=1 HTTP/1.1\r\nHost: example.org\r\nX-Own: a b\r\nContent-Length: 2\r\n\r\nPOST * HTTP/1.0\r\nAccept: */*\r\n\r\n",
    packets(http, Request),
    packets(http_bin, Request),
    packets(http, "HTTP/1.1 404 Not Found\r\nserver: none\r\n\r\n"),
    packets(httph, "Host: x\r\nCookie: y\r\n\r\n"),
    packets(httph_bin, "Host: x\r\n\r\n"),
    packets(http_bin, "nonsense\r\nGET http://a.b:81/c HTTP/1.1\r\n\r\n"),
    too_long(),
    changes(),
    sending().

delimiter() ->
    {A, B} = pair([{active, false}], [binary, {packet, line}, {active, false}]),
    t:p(inet:setopts(B, [{line_delimiter, $;}])),
    send(A, "a;b;c"),
    t:p(collect(B, [])).

too_long() ->
    packets(4, [<<10:32>>, "0123456789", <<11:32>>, "01234567890"], [{packet_size, 10}]),
    packets(line, "short\nmuch too long a line\n", [{packet_size, 10}]),
    packets(tpkt, [4, 0, 0, 6, "ab"]).

%% the type changes between packets
changes() ->
    {A, B} = pair([{active, false}], [binary, {packet, line}, {active, false}]),
    ok = gen_tcp:send(A, ["length 5\n", "12345", <<2:16>>, "ab", "rest"]),
    t:p(gen_tcp:recv(B, 0)),
    ok = inet:setopts(B, [{packet, raw}]),
    t:p(gen_tcp:recv(B, 5)),
    ok = inet:setopts(B, [{packet, 2}]),
    t:p(gen_tcp:recv(B, 0)),
    t:p(gen_tcp:recv(B, 1)),
    ok = inet:setopts(B, [{packet, 0}, {active, once}]),
    receive {tcp, B, X} -> t:p(X) after 2000 -> t:p(nothing) end,
    gen_tcp:close(A),
    gen_tcp:close(B).

%% headers that sending makes
sending() ->
    [begin
         {A, B} = pair([{packet, N}, {active, false}], [binary, {active, false}]),
         ok = gen_tcp:send(A, "abc"),
         ok = gen_tcp:send(A, ""),
         gen_tcp:shutdown(A, write),
         t:p(N, all(B, <<>>)),
         gen_tcp:close(A)
     end || N <- [0, 1, 2, 4, line]].

all(B, Acc) ->
    case gen_tcp:recv(B, 0) of
        {ok, X} -> all(B, <<Acc/binary, X/binary>>);
        {error, closed} -> gen_tcp:close(B), Acc
    end.
