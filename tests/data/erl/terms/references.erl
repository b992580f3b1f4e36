-module(references).
-export([main/0]).
-include("../../t.hrl").

main() ->
    R = make_ref(), ?P(is_reference(R)), ?P(R =:= R), ?P(R =/= make_ref()), S = ref_to_list(R), ?P(lists:prefix("#Ref<0.", S)), ?P(list_to_ref(S) =:= R), ?P(length(lists:usort([make_ref() || _ <- lists:seq(1, 10000)]))), Me = self(), [spawn(fun() -> Me ! [make_ref() || _ <- lists:seq(1, 1000)] end) || _ <- lists:seq(1, 8)], All = lists:append([receive L -> L end || _ <- lists:seq(1, 8)]), ?P(length(lists:usort(All))), ?P(node(R) =:= node()), ?P(io_lib:format("~p", [R]) =:= io_lib:format("~w", [R])), ?P(lists:flatten(io_lib:format("~p", [R])) =:= S), ?P(erlang:ref_to_list(R) =:= S), ?X(ref_to_list(?I(a))), ?X(list_to_ref(?I("#Ref<0.1>"))), ?P(erlang:phash2(R) =:= erlang:phash2(list_to_ref(S))).
