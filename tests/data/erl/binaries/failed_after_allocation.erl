%% A construction that fails when its memory is there leaves garbage, and the heap stays whole.
-module(failed_after_allocation).
-export([main/0]).
-include("../../t.hrl").

main() ->
    Long = ?I(binary:copy(<<"0123456789">>, 20)),
    [io:format("~p ~0p~n", [Label, rounds(F, 300)]) || {Label, F} <- [
        {value, fun(X) -> <<Long/binary, X:8>> end},
        {large_size, fun(X) -> <<0:4096, X/float>> end},
        {appended, fun(X) -> <<(<<Long/binary, 1>>)/binary, Long/binary, X:16>> end},
        {code_point, fun(X) -> <<Long/binary, 0:800, X/utf8>> end},
        {float_size, fun(_) -> <<Long/binary, 1.5:(?I(9))/float>> end},
        {short, fun(_) -> <<0:2048, Long:201/binary>> end},
        {unit, fun(_) -> <<0:2048, (?I(<<5:3>>))/binary>> end}]],
    ?P(guards(Long, 300, 0)),
    ?P([accumulate(N, Long) || N <- [0, 1, 30]]).

%% What is built in between must not lie where the failed one was begun.
rounds(F, N) -> rounds(F, N, [], []).

rounds(_, 0, Kept, Reasons) ->
    garbage_collect(),
    {erlang:phash2(Kept), lists:usort(Reasons)};
rounds(F, N, Kept, Reasons) ->
    Reason = try F(?I(a)) catch error:R -> R end,
    rounds(F, N - 1, [{N, float(N), integer_to_list(N), binary:copy(<<N:32>>, 30)} | Kept], [Reason | Reasons]).

guards(_, 0, Count) -> garbage_collect(), Count;
guards(Long, N, Count) when <<Long/binary, Count/binary>> =:= Long -> guards(Long, N - 1, Count + 100);
guards(Long, N, Count) -> guards(Long, N - 1, [N | Count] =:= [] orelse bump(Count)).

bump(N) -> length([N | lists:seq(1, N)]).

accumulate(N, Long) -> accumulate(N, Long, <<>>, 0).
accumulate(0, _, Acc, Failed) -> {byte_size(Acc), erlang:md5(Acc), Failed};
accumulate(N, Long, Acc, Failed) ->
    case catch <<Acc/binary, Long/binary, (?I(x)):8>> of
        {'EXIT', _} -> accumulate(N - 1, Long, <<Acc/binary, Long/binary, N:8>>, Failed + 1)
    end.
