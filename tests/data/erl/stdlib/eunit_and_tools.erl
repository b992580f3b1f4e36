-module(eunit_and_tools).
-export([main/0]).
-include("../../t.hrl").
-include_lib("eunit/include/eunit.hrl").

main() ->
    ?P(eunit:test([fun() -> ok end, {"named", fun() -> ?assertEqual(1, ?I(1)) end}])), ?P(eunit:test([fun() -> ?assert(?I(false)) end])), ?P(eunit:test({setup, fun() -> 5 end, fun(_) -> ok end, fun(X) -> [?_assertEqual(5, X), ?_assert(X > 6)] end})), ?P(try ?assertMatch({ok, _}, ?I(error)) catch error:{assertMatch, I} -> proplists:get_value(value, I) end), ?P(try ?assertError(foo, ?I(ok)) catch error:{assertException, _} -> raised end), ?P(eunit_lib:is_string("abc")).
