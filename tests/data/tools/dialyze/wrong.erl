-module(wrong).
-export([call/1, never/0, spec/1, pattern/1, returns/1, opaque/0, improper/0, unmatched/1]).
-export_type([hidden/0]).
-opaque hidden() :: {hidden, integer()}.
call(X) -> atom_to_list(length(X)).
never() -> lists:sum(not_a_list), ok.
-spec spec(atom()) -> integer().
spec(X) -> list_to_binary(X).
pattern(X) when is_integer(X) -> case X + 1 of a -> no; N -> N end.
returns(X) -> Y = X + 1, error({no, Y}).
opaque() -> {hidden, N} = other:make(), N.
improper() -> [1 | 2].
unmatched(X) -> file:close(X), local(X).
local(X) -> X.
unused() -> 1.
