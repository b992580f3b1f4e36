%% since: 29
%% Updates: only what is named changes, by the definition that the record was made with.
-module(rec_update).
-export([main/0]).
-compile(nowarn_undefined_field).
-include("../../t.hrl").

-record #point{x = 0, y = 0}.
-record #six{a, b, c, d, e, f}.
-record #shown{x = 1}.
-export_record([shown]).

main() ->
    Lib = t:load("-module(ru_lib). -export([hidden/1, seen/1]). -record #hidden{x}. -record #seen{x, y = yy}. -export_record([seen]). hidden(X) -> #hidden{x = X}. seen(X) -> #seen{x = X}.", []),
    P = ?I(#point{x = 1, y = 2}), ?P(P#point{x = 3}), ?P(P#point{y = 3}), ?P(P#point{y = 3, x = 4}), ?P(P#point{}), ?P(P),
    ?P((P#point{x = [P]})#point.x), ?P(P#point{x = P#point.y, y = P#point.x}), ?P(P#point{x = P#point{x = P}}),
    Six = ?I(#six{a = 1, b = 2, c = 3, d = 4, e = 5, f = 6}), ?P(Six#six{c = x, e = y, a = z}), ?P(Six#six{f = x, e = y, d = z, c = w}), ?P(Six#_{f = x, a = y}),
    Values = [P, #shown{}, Lib:hidden(1), Lib:seen(2), {point, 1, 2}, #{x => 1}, point],
    [begin t:p(value, V), ?X(local(V)), ?X(local_unknown(V)), ?X(any(V)), ?X(any_unknown(V)), ?X(seen(V)), ?X(seen_unknown(V)), ?X(hidden(V)), ?X(V#?MODULE:point{x = 1}), ?X(V#?MODULE:shown{x = 2}), ?X(V#point{}), ?X(V#_{}) end || V <- Values],
    ?P(t:st(fun() -> [local(?I(a))] end)), ?P(t:st(fun() -> [local_unknown(P)] end)), ?X(local_false(P)),
    ?P(count(P, 100000)), ?P(shuffle(Six, 1000)), t:unload(ru_lib), ?P(seen(lists:nth(4, Values))).

local(R) -> R#point{x = new}.
local_unknown(R) -> R#point{x = new, nope = 1}.
local_false(R) -> R#point{zzz_nope = 1, y = 1, false = 1}.
any(R) -> R#_{x = new}.
any_unknown(R) -> R#_{nope = new}.
seen(R) -> R#ru_lib:seen{x = new}.
seen_unknown(R) -> R#ru_lib:seen{x = new, nope = 1}.
hidden(R) -> R#ru_lib:hidden{x = new}.

count(P, 0) -> P;
count(#point{x = X, y = Y} = P, N) -> count(P#point{y = X, x = Y + 1}, N - 1).

shuffle(S, 0) -> S;
shuffle(#six{a = A, b = B, c = C, d = D, e = E, f = F} = S, N) -> shuffle(S#six{a = B, b = C, c = D, d = E, e = F, f = A + 1}, N - 1).
