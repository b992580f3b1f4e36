%% A guard that would raise is false; a later alternative is still tried.
-module(failing_guards).
-export([main/0]).
-include("../../t.hrl").

main() ->
    Vs = ?I([1, 0, a, [], [1, 2], [1 | 2], {}, {1}, #{}, #{k => 1}, <<>>, <<1:7>>, 1.5, 1 bsl 70]),
    ?P([f(V) || V <- Vs]), ?P([g(V) || V <- Vs]), ?P([h(V) || V <- Vs]), ?P([k(V) || V <- Vs]).

f(X) when length(X) > 1 -> long; f(X) when hd(X) =:= 1 -> one; f(X) when tuple_size(X) =:= 1 -> t1; f(X) when byte_size(X) >= 1 -> b; f(X) when map_size(X) =:= 1 -> m1; f(X) when 10 div X > 0 -> divides; f(_) -> none.
g(X) when element(1, X) =:= 1; X + 1 > 1 -> yes; g(X) when (abs(X) =:= 0) or (X =:= a) -> abs_or; g(X) when X =:= a orelse abs(X) =:= 0 -> orelse_; g(_) -> no.
h(X) when is_map_key(k, X) -> key; h(X) when map_get(k, X) =:= 1 -> never; h(X) when bit_size(X) =:= 7 -> b7; h(X) when not (X > 0) -> not_; h(X) when tl(X) =/= [] -> tl; h(_) -> no.
k(X) when X =:= 0; hd(X) =:= 1, tl(X) =:= 2; X == 1.5 -> a; k(X) when round(X) > 5, X rem 2 =:= 0 -> b; k(_) -> c.
