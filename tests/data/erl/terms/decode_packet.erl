-module(decode_packet).
-export([main/0]).
-include("../../t.hrl").

main() ->
    D = fun(T, B, O) -> t:x({T, O}, fun() -> erlang:decode_packet(T, B, O) end) end,
    D(raw, <<"abc">>, []), D(line, <<"one\ntwo">>, []), D(line, <<"no end">>, []), D(line, <<"long line\n">>, [{line_length, 4}]), D(1, <<3, "abcd">>, []), D(2, <<0, 2, "hi!">>, []), D(4, <<0, 0, 0, 9, "x">>, []), D(2, <<0, 9, "x">>, [{packet_size, 5}]), D(http, <<"GET /path?q=1 HTTP/1.1\r\nHost: x\r\n">>, []), D(http_bin, <<"POST http://h:80/p HTTP/1.0\r\n">>, []), D(http, <<"HTTP/1.1 200 OK\r\n">>, []), D(httph, <<"Content-Type: text/html\r\nX: y\r\n\r\n">>, []), D(httph_bin, <<"X-Custom: v1\r\n v2\r\nN: 1\r\n">>, []), D(httph, <<"\r\nbody">>, []), D(http, <<"garbage\r\n">>, []), D(asn1, <<16#30, 3, 1, 2, 3, 9>>, []), D(sunrm, <<128, 0, 0, 2, "ab">>, []), D(fcgi, <<1, 2, 0, 3, 0, 1, 0, 0, "x">>, []), D(tpkt, <<3, 0, 0, 6, "ab">>, []), D(cdr, <<"GIOP", 1, 0, 0, 0, 0, 0, 0, 1, "x">>, []), D(foo, <<"x">>, []), D(line, ?I(abc), []), D(line, <<"x">>, [{foo, 1}]), D(line, <<"a;b">>, [{line_delimiter, $;}]), D(http, <<"GET * HTTP/1.1\r\n">>, []), D(ssl_tls, <<22, 3, 1, 0, 2, 1, 2>>, []).
