-module(list_conversions).
-export([main/0]).
-include("../../t.hrl").

main() ->
    ?P(list_to_tuple([a, b])), ?P(tuple_to_list({1, {2}})), ?P(list_to_atom("hello world")), ?P(atom_to_list('a b')), ?P(atom_to_list('é')), ?P(list_to_existing_atom("ok")), ?P(binary_to_list(<<"abc">>)), ?P(binary_to_list(<<"abcdef">>, 2, 4)), ?P(bitstring_to_list(<<1, 2, 3:4>>)), ?P(integer_to_list(-42)), ?P(pid_to_list(list_to_pid("<0.1.0>"))), ?P(list_to_atom([8364, 128512])),
    ?X(list_to_tuple(?I(a))), ?X(tuple_to_list(?I([]))), ?X(list_to_atom(?I(a))), ?X(list_to_atom([a])), ?X(list_to_atom([-1])), ?X(list_to_atom([16#110000])), ?X(list_to_atom([16#d800])), ?X(list_to_atom(lists:duplicate(256, $x))), ?X(list_to_existing_atom("no_such_atom_" ++ "exists_here")), ?X(list_to_existing_atom(lists:duplicate(256, $x))), ?X(atom_to_list(?I("x"))), ?X(binary_to_list(?I(<<1:3>>))), ?X(binary_to_list(<<"abc">>, 0, 2)), ?X(binary_to_list(<<"abc">>, 2, 4)), ?X(binary_to_list(<<"abc">>, 3, 2)), ?X(list_to_pid("<0.1>")), ?X(list_to_pid(?I(x))), ?X(pid_to_list(?I(x))), ?X(list_to_ref("#Ref<0.1.2.3")), ?X(list_to_port("#Port<0.x>")), ?P(list_to_port("#Port<0.5>")).
