%% since: 27
-module(json_module).
-export([main/0]).
-include("../../t.hrl").

main() ->
    D = fun(S) -> t:x(S, fun() -> json:decode(S) end) end, [D(S) || S <- [<<"{\"a\":[1,2.5,-3e2,true,null,\"x\\u00e5\\n\"]}">>, <<"[]">>, <<"\"\\ud83d\\ude00\"">>, <<" 1 ">>, <<"{">>, <<"[1,]">>, <<"nul">>, <<"\"\xff\"">>, <<"1 2">>, <<"">>, <<"{\"a\":1,\"a\":2}">>, <<"1e999">>, <<"-0">>, <<"01">>]], E = fun(T) -> t:x(T, fun() -> iolist_to_binary(json:encode(T)) end) end, [E(T) || T <- [#{a => [1, 2.5, true, null, <<"x\"\n">>]}, [], <<"å"/utf8>>, #{1 => <<"x">>}, {bad}, <<255>>, atom, "str"]], ?P(json:decode(<<"[1,{\"k\":null}]">>, ok, #{null => nil, object_finish => fun(A, O) -> {{obj, A}, O} end})), ?P(json:decode_start(<<"[1, 2">>, [], #{}) =/= x), ?P(iolist_to_binary(json:format(#{<<"b">> => 1}))).
