-module(eunit_and_tools).
-export([main/0]).
-include("../../t.hrl").
-export([start/1]).
-include_lib("eunit/include/eunit.hrl").

main() ->
    ?P(eunit:test([fun() -> ok end, {"named", fun() -> ?assertEqual(1, ?I(1)) end}], [{report, {?MODULE, []}}])), ?P(eunit:test([fun() -> ?assert(?I(false)) end], [{report, {?MODULE, []}}])), ?P(try ?assertMatch({ok, _}, ?I(error)) catch error:{assertMatch, I} -> proplists:get_value(value, I) end), ?P(try ?assertError(foo, ?I(ok)) catch error:{assertException, _} -> raised end), {ok, [{Ms, _}]} = {ok, [{[simple_test], x}]}, ?P(Ms), ?P(eunit_lib:is_string("abc")).

start(_) -> spawn(fun() -> (fun L() -> receive {stop, R, P} -> P ! {result, R, [{pass, 0}, {fail, 0}, {skip, 0}, {cancel, 0}]}; _ -> L() end end)() end).
