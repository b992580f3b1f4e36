-module(hello).
-export([main/0]).

main() ->
    io:format("hello, ~ts~n", [<<"wörld"/utf8>>]),
    t:x(fun() -> hd(t:id([])) end),
    t:p(map, #{b => 1, a => [#{}]}).
