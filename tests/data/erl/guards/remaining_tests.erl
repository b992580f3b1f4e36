%% Guard tests that are instructions of their own.
-module(remaining_tests).
-export([main/0]).
-include("../../t.hrl").

main() ->
    Vs = ?I([1, 1.0, 2, a, "x", fun() -> ok end, fun(_) -> ok end, fun lists:map/2, {r, 1}, {r, 1, 2}, self(), <<>>, #{}]), ?P([f(V) || V <- Vs]), ?P([g(V) || V <- Vs]), ?P([h(V, 1) || V <- Vs]), ?P([h(V, ?I(2)) || V <- Vs]), ?P([k(V) || V <- Vs]), ?P([m(V, 1) || V <- Vs]), ?P(skip16(<<"aé€"/utf16, 7>>)), ?P(skip32(<<"aé€"/utf32, 7>>)), ?P(skip8(<<"aé€"/utf8, 7>>)), ?P(skip16(<<16#d8, 0, 1, 2>>)), ?P(skip32(<<0, 17, 0, 0, 1>>)), ?P(skip16(<<0, $x, 9>>)), ?P(bp(<<"abcdef">>)), ?P(bp(<<"abd">>)), ?P([n(V) || V <- Vs]).

f(X) when X /= 1 -> other; f(X) when is_integer(X) -> int; f(_) -> float.
g(X) when is_number(X) -> number; g(X) when is_function(X, 0) -> f0; g(X) when is_function(X, 1) -> f1; g(X) when is_function(X) -> f; g(X) when is_pid(X) -> pid; g(_) -> no.
h(X, N) when is_function(X, N) -> {f, N}; h(_, _) -> no.
k({r, _}) -> r1; k(X) when element(1, X) =:= r, tuple_size(X) > 2 -> r2; k(_) -> no.
m(X, Y) when X /= Y, is_number(X) -> differ; m(X, Y) when X == Y -> equal; m(_, _) -> none.
n(X) when not is_number(X), not is_atom(X) -> x; n(X) when is_float(X); X =:= a -> y; n(_) -> z.
skip8(<<_/utf8, _/utf8, _/utf8, X>>) -> X; skip8(_) -> no.
skip16(<<_/utf16, _/utf16, _/utf16, X>>) -> X; skip16(<<_/utf16, X>>) -> {one, X}; skip16(_) -> no.
skip32(<<_/utf32, _/utf32, _/utf32, X>>) -> X; skip32(_) -> no.
bp(B) when binary_part(B, 1, 2) =:= <<"bc">>, binary_part(B, {4, 2}) =:= <<"ef">> -> yes; bp(_) -> no.
