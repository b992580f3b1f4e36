-module(printed_binaries).
-export([main/0]).

main() ->
    Bs = [<<>>, <<"abc">>, <<1, 2, 3>>, <<"é">>, <<"é"/utf8>>, <<1:3>>, <<"ab", 1:1>>, <<"tab\tnl\n">>, <<0>>, <<"quote\"\\">>, <<255, 254>>, <<"日本"/utf8>>],
    [io:format("~p ~w ~tp ~0p~n", [B, B, B, B]) || B <- Bs], io:format("~P ~W~n", [binary:copy(<<"x">>, 100), 8, binary:copy(<<1>>, 100), 5]), io:format("~p~n", [binary:copy(<<"long ">>, 30)]), io:format("~p~n", [binary:copy(<<1>>, 60)]), io:format("~s|~ts|~10s|~-10s|~.2s~n", [<<"é">>, <<"é"/utf8>>, <<"r">>, <<"l">>, <<"cut">>]).
