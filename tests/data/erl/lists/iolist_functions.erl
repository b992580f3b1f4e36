-module(iolist_functions).
-export([main/0]).
-include("../../t.hrl").

main() ->
    Io = ?I([<<"ab">>, [$c, [], [<<"d">> | <<"e">>]], 255 | <<"z">>]),
    ?P(iolist_size(Io)), ?P(iolist_to_binary(Io)), ?P(list_to_binary(Io)), ?P(erlang:iolist_to_iovec(Io)), ?P(iolist_to_binary(?I(<<"x">>))), ?P(iolist_size(?I(<<"xyz">>))), ?P(iolist_to_binary([])), ?P(erlang:iolist_to_iovec([])), ?P(list_to_bitstring([<<1:3>>, 5, <<2:2>>])),
    ?X(iolist_to_binary([256])), ?X(iolist_to_binary([-1])), ?X(iolist_to_binary([a])), ?X(iolist_to_binary([<<1:3>>])), ?X(iolist_size([1 | a])), ?X(iolist_size(?I(a))), ?X(list_to_binary(?I(<<"x">>))), ?X(list_to_bitstring([a])), ?X(erlang:iolist_to_iovec(?I(a))), ?X(iolist_to_binary([1.0])), ?X(iolist_to_binary([{}])),
    Deep = lists:foldl(fun(I, A) -> [A, I band 255] end, [], lists:seq(1, 200000)), ?P(iolist_size(Deep)), ?P(erlang:md5(iolist_to_binary(Deep))), Right = lists:foldl(fun(I, A) -> [I band 255 | [A]] end, [], lists:seq(1, 200000)), ?P(erlang:crc32(Right)),
    Vec = erlang:iolist_to_iovec([binary:copy(<<"x">>, 1000), lists:duplicate(100, $y), binary:copy(<<"z">>, 500)]), ?P(iolist_size(Vec)), ?P(lists:all(fun is_binary/1, Vec)).
