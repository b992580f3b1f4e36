-module(uri_and_json_like).
-export([main/0]).
-include("../../t.hrl").

main() ->
    ?P(uri_string:parse("http://user@host:80/a/b?q=1#frag")), ?P(uri_string:recompose(#{scheme => "http", host => "h", path => "/p"})), ?P(uri_string:normalize("HTTP://h/a/../b/%7e")), ?P(uri_string:percent_decode(<<"a%20b%C3%A5">>)), ?P(uri_string:quote("a b/å")), ?P(uri_string:compose_query([{"a", "1"}, {"b", "x y"}])), ?P(uri_string:dissect_query("a=1&b=x+y")), ?P(uri_string:resolve("../x", "http://h/a/b/c")), ?P(uri_string:parse("http://[::1]:x")), ?P(uri_string:parse(":")), ?P(string:to_float("1.5e3x")), ?P(erl_anno:line(erl_anno:new({3, 4}))), ?P(edit(["abc", "xbc"])), ?P(base64:encode(term_to_binary({a, 1}, [{minor_version, 2}]))), ?P(erlang:iolist_to_binary(uri_string:transcode(<<"å"/utf8>>, [{in_encoding, utf8}, {out_encoding, utf8}]))).

edit([A, B]) -> length([x || {X, Y} <- lists:zip(A, B), X =/= Y]).
