-module(atoms).
-export([main/0]).
-include("../../t.hrl").

main() ->
    ?P(['é', 'Ω', '日本', 'with space', 'Upper', 'a@b', 'a.b', '', '\n', 'and', 'maybe', true, '_x', 'ÿ', 'ñ']), io:format("~w ~p ~tw ~tp ~s ~ts~n", ['é', 'é', 'Ω', 'Ω', 'é', 'Ω']), io:format("~p ~w~n", ['Ω', 'Ω']), ?P(atom_to_binary('é', latin1)), ?P(atom_to_binary('é', utf8)), ?P(atom_to_binary('Ω')), ?X(atom_to_binary('Ω', latin1)), ?P(binary_to_atom(<<"Ω"/utf8>>, utf8)), ?P(binary_to_atom(<<233>>, latin1)), ?X(binary_to_atom(<<233>>, utf8)), ?X(binary_to_existing_atom(<<"not here at all!">>, utf8)), ?X(binary_to_atom(<<"a">>, ?I(foo))), ?X(binary_to_atom(?I(a), utf8)), ?X(binary_to_atom(<<1:3>>, utf8)), ?P(list_to_atom("Ω") =:= 'Ω'), ?P(atom_to_list('日本')), ?X(io:format("~s", ['Ω'])), ?P(binary_to_existing_atom(<<"ok">>)), ?X(binary_to_term(<<131, 119, 2, 255, 255>>)), ?P(atom_to_list(binary_to_atom(<<0, 10, 255>>, latin1))).
