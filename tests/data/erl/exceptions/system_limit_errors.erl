-module(system_limit_errors).
-export([main/0]).
-include("../../t.hrl").

main() ->
    ?X(list_to_atom(lists:duplicate(256, $a))), ?X(binary_to_atom(binary:copy(<<"é"/utf8>>, 256))), ?P(length(atom_to_list(binary_to_atom(binary:copy(<<"é"/utf8>>, 255))))), ?X(erlang:make_tuple(?I(1 bsl 30), x)), ?X(apply(fun() -> ok end, lists:duplicate(256, x))), ?X(?I(1) bsl ?I(1 bsl 50)), ?X(lists:duplicate(?I(-1), x)), ?X(list_to_tuple(lists:duplicate(1 bsl 24, x))).
