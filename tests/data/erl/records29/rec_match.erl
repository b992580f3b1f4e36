%% since: 29
%% Patterns: name, fields, records of other modules, which must be exported, and records of any name.
-module(rec_match).
-export([main/0]).
-compile(nowarn_undefined_field).
-include("../../t.hrl").

-record #point{x = 0, y = 0}.
-record #pair{a, b}.
-record #shown{x, y = 1}.
-record #six{a, b, c, d, e, f}.
-export_record([shown]).
-import_record(rm_lib, [imported]).

main() ->
    Lib = t:load("-module(rm_lib). -export([hidden/1, seen/1, imported/1]). -record #hidden{x}. -record #seen{x, y = yy}. -record #imported{x}. -export_record([seen, imported]). hidden(X) -> #hidden{x = X}. seen(X) -> #seen{x = X}. imported(X) -> #imported{x = X}.", []),
    Values = ?I([#point{}, #point{x = 1}, #point{x = a, y = a}, #pair{a = #point{x = 5}, b = [#pair{a = 1, b = 2}]}, #shown{x = 1}, Lib:hidden(1), Lib:seen(2), Lib:imported(#point{x = 3}), {point, 0, 0}, #{}, point, []]),
    [?P({V, name(V), local(V), deep(V), external(V), any(V), by_case(V)}) || V <- Values],
    ?P(six(#six{a = 1, b = 2, c = 3, d = 4, e = 5, f = 6})), ?P(xis(#six{a = 1, b = 2, c = 3, d = 4, e = 5, f = 6})),
    ?X(begin #point{x = 1} = ?I(#point{x = 2}) end), ?X(only_point(?I(x))), ?X((fun(#pair{}) -> ok end)(?I(1))),
    ?P([X || #point{x = X} <- Values]), ?P([X || #_{x = X} <- Values]), ?P([{K, V} || #shown{x = K, y = V} <- Values]),
    #pair{a = A, b = [#pair{b = B}]} = lists:nth(4, Values), ?P({A, B}),
    Y = 1, ?P(case ?I(#point{x = 1, y = 2}) of #point{x = Y, y = Z} -> Z; _ -> no end), ?P(case ?I(#point{x = 2, y = 2}) of #point{x = Y, y = Z2} -> Z2; _ -> no end),
    self() ! #point{x = 9}, self() ! #pair{a = 1, b = 2}, ?P(receive #pair{a = PA} -> PA end), ?P(receive #point{x = PX} -> PX end).

name(#point{}) -> point;
name(#pair{}) -> pair;
name(#rm_lib:hidden{}) -> hidden;
name(#rm_lib:seen{}) -> seen;
name(#imported{}) -> imported;
name(#_{}) -> record;
name(_) -> no.

local(#point{x = 1, y = Y}) -> {one, Y};
local(#point{x = X, y = X}) -> {same, X};
local(#point{nope = X}) -> {nope, X};
local(#shown{x = 1, y = 1}) -> shown;
local(_) -> no.

deep(#pair{a = #point{x = X}, b = [#pair{a = A, b = B} | T]}) -> {X, A, B, T};
deep(#imported{x = #point{x = X}}) -> {imported, X};
deep(_) -> no.

external(#rm_lib:hidden{x = X}) -> {hidden, X};
external(#rm_lib:seen{y = Y, x = X}) -> {seen, X, Y};
external(#?MODULE:point{x = X}) -> {hidden_too, X};
external(#?MODULE:shown{x = X}) -> {shown, X};
external(_) -> no.

any(#_{x = X, y = Y}) -> {X, Y};
any(#_{x = X}) -> X;
any(#_{b = B}) -> {b, B};
any(_) -> no.

by_case(V) ->
    case V of
        #point{y = 0} = P -> {zero, P#point.x};
        #pair{b = [_]} -> pair;
        #rm_lib:seen{x = X} when X > 1 -> seen;
        R when is_record(R, point) -> point;
        _ -> no
    end.

six(#six{f = F, e = E, d = D, c = C, b = B, a = A}) -> [A, B, C, D, E, F].
xis(#six{a = A, c = C, e = E, b = B, d = D, f = F}) -> [F, E, D, C, B, A].
only_point(#point{}) -> ok.
