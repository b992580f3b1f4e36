-module(module_match_split).
-export([main/0]).
-include("../../t.hrl").

main() ->
    B = ?I(<<"the cat sat on the mat">>),
    ?P(binary:match(B, <<"at">>)), ?P(binary:matches(B, <<"at">>)), ?P(binary:match(B, [<<"mat">>, <<"on">>])), ?P(binary:matches(B, [<<"t">>, <<"the">>, <<"at">>])), ?P(binary:match(B, <<"dog">>)), ?P(binary:match(B, <<"the">>, [{scope, {3, 19}}])), ?P(binary:matches(<<"aaaa">>, <<"aa">>)), ?P(binary:split(B, <<" ">>)), ?P(binary:split(B, <<" ">>, [global])), ?P(binary:split(<<",a,,b,">>, <<",">>, [global, trim])), ?P(binary:split(<<",a,,b,">>, <<",">>, [global, trim_all])), ?P(binary:split(<<"a:b;c">>, [<<":">>, <<";">>], [global])), ?P(binary:replace(B, <<"at">>, <<"og">>)), ?P(binary:replace(B, <<"at">>, <<"[]">>, [global, {insert_replaced, 1}])), ?P(binary:replace(B, [<<"cat">>, <<"mat">>], <<"X">>, [global])), P = binary:compile_pattern([<<"sat">>, <<"on">>]), ?P(binary:matches(B, P)), ?P(element(1, P)), ?P(element(1, binary:compile_pattern(<<"x">>))), ?P(binary:match(<<>>, <<"a">>)), ?P(binary:matches(binary:copy(<<"ab">>, 5000), <<"ba">>) =:= [{2 * I - 1, 2} || I <- lists:seq(1, 4999)]),
    ?X(binary:match(B, <<>>)), ?X(binary:match(B, [])), ?X(binary:match(B, ?I(a))), ?X(binary:match(?I(x), <<"a">>)), ?X(binary:match(B, <<"a">>, [{scope, {0, 100}}])), ?X(binary:matches(B, [<<"a">>, <<>>])), ?X(binary:split(B, <<"a">>, [foo])), ?X(binary:split(?I(<<1:3>>), <<"a">>)), ?X(binary:replace(B, <<"a">>, ?I(x))), ?X(binary:compile_pattern(?I([a]))).
