-module(improper).
-export([main/0]).
-include("../../t.hrl").

main() ->
    I = ?I([a, b | c]),
    ?P(I), ?P(f(I)), ?P([x | I]), ?X(length(I)), ?X([X || X <- I]), ?X(lists:map(fun(X) -> X end, I)), ?X(list_to_tuple(I)), ?X(list_to_binary(?I([1 | 2]))), ?P(iolist_to_binary(?I([1 | <<2>>]))), ?X(iolist_to_binary(?I([1 | 2]))), ?X(list_to_atom(?I([$a | b]))), ?X(lists:sort(I)), ?X(apply(erlang, abs, ?I([1 | 2]))), ?X(I ++ []), ?X(lists:nth(3, I)), ?P(lists:nthtail(2, I)), ?X(lists:foldl(fun(_, A) -> A end, 0, I)), ?X(lists:keysort(1, ?I([{1} | x]))), ?X(atom_to_list(I)), ?P(is_list(I)), ?P(I =:= [a | [b | c]]).

f([A | B]) -> [A, f(B)]; f([]) -> nil; f(X) -> {tail, X}.
