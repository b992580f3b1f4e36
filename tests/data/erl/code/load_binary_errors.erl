-module(load_binary_errors).
-export([main/0]).
-include("../../t.hrl").

main() ->
    {M, Code} = t:compile("-module(lb_ok). -export([f/0]). f() -> 1.", []), ?P(code:load_binary(M, "lb_ok.erl", Code)), ?P(code:load_binary(other_name, "x", Code)), ?P(code:load_binary(bad, "bad", <<"not a beam file">>)), ?P(code:load_binary(bad, "bad", <<>>)), ?P(code:load_binary(bad, "bad", binary:part(Code, 0, 50))), ?P(erlang:load_module(bad, <<"FOR1">>)), ?X(erlang:load_module(?I("x"), Code)), ?P(erlang:load_module(M, Code)), ?P(erlang:load_module(M, Code)), ?P(code:load_file(no_such_module_x)), ?P(code:ensure_loaded(no_such_module_x)), ?P(code:ensure_loaded(lists)), ?P(code:load_abs("no/such/path")), ?P(code:is_loaded(M) =/= false), ?P(erlang:module_loaded(M)), ?P(erlang:module_loaded(no_such_module_x)), ?X(erlang:module_loaded(?I("x"))), t:unload(M), ?P(erlang:module_loaded(M)), ?P(code:is_loaded(M)), ?P(code:load_binary(lists, "lists", Code)), ?P(code:delete(lists_nope)), ?P(code:purge(lists_nope)).
