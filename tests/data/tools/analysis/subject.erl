-module(subject).
-export([used/1, unused_export/0, calls_missing/0, old/0]).
-deprecated([{old, 0, next_version}]).
used(N) when N > 10 -> big;
used(N) -> case N rem 2 of 0 -> helper(N); 1 -> odd end.
unused_export() -> other:call_back(1).
calls_missing() -> nowhere:to_be_found(1), other:not_exported().
old() -> rand:uniform(2).
helper(N) -> {even, N}.
never() -> local.
-compile({nowarn_unused_function, [never/0]}).
