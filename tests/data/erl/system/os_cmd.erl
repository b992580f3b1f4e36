-module(os_cmd).
-export([main/0]).
-include("../../t.hrl").

main() ->
    ?P(os:cmd("echo hello")), ?P(os:cmd("exit 3")), ?P(os:cmd("printf 'a\\nb'")), ?P(os:cmd("cat </dev/null")), ?P(os:cmd("echo err >&2")), ?P(os:cmd("printf %s å")), ?P(length(os:cmd("head -c 100000 /dev/zero | tr '\\0' x"))), ?P(os:cmd("echo abcdef", #{max_size => 3})), ?X(os:cmd(?I(1))).
