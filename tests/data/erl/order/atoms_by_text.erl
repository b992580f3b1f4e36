-module(atoms_by_text).
-export([main/0]).
-include("../../t.hrl").

main() ->
    As = [b, a, ab, aa, '', 'A', 'Z', z, 'é', 'ä', 'zz', 'aaaa', 'aaab', 'aaa', 'aab', 'abc\x{400}', 'abc\x{3ff}', '日本', 'a b', '1', ok, error, undefined, true, false, 'Привет', list_to_atom(lists:duplicate(255, $a)), list_to_atom(lists:duplicate(254, $a))],
    ?P([case length(atom_to_list(A)) of L when L > 200 -> L; _ -> A end || A <- lists:sort(As)]),
    ?P([{A, B} || A <- [aaaa, aaab, 'é', z], B <- [aaaa, aaa, 'ä', 'é'], A < B]).
