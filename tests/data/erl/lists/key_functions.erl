-module(key_functions).
-export([main/0]).
-include("../../t.hrl").

main() ->
    L = ?I([{a, 1}, x, {b, 2, z}, {}, {1, c}, {1.0, d}, {a, 3}]),
    ?P(lists:keyfind(a, 1, L)), ?P(lists:keyfind(1.0, 1, L)), ?P(lists:keyfind(z, 3, L)), ?P(lists:keyfind(q, 1, L)), ?P(lists:keymember(2, 2, L)), ?P(lists:keysearch(b, 1, L)), ?P(lists:keysearch(nope, 9, L)),
    ?P(lists:keydelete(a, 1, L)), ?P(lists:keyreplace(a, 1, L, {new})), ?P(lists:keystore(zz, 1, L, {zz})), ?P(lists:keytake(a, 1, L)), ?P(lists:keytake(none, 1, L)), ?P(lists:keymap(fun(X) -> {X} end, 1, [{1, 2}, {3, 4}])),
    ?X(lists:keyfind(a, 0, L)), ?X(lists:keyfind(a, ?I(b), L)), ?X(lists:keyfind(q, 1, ?I([{a} | b]))), ?X(lists:keyfind(a, 1, ?I([{a} | b]))), ?X(lists:keymember(a, 1, ?I(x))), ?X(lists:keysearch(a, -1, L)), ?X(lists:keydelete(a, 0, L)), ?X(lists:keystore(a, 1, ?I([{b} | c]), {d})),
    [?X(lists:keyfind(a, ?I(N), [])) || N <- [1 bsl 59, (1 bsl 59) - 1, 1 bsl 64]], ?X(lists:keymember(a, ?I(1 bsl 60), [])), ?X(lists:keysearch(a, ?I(1 bsl 60), [])).
