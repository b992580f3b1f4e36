%% since: 29
%% Fields by name: of local and external records and of any, in bodies and in guards.
-module(rec_access).
-export([main/0]).
-compile(nowarn_undefined_field).
-include("../../t.hrl").

-record #point{x = 0, y = 0}.
-record #pair{x, p}.
-record #shown{x = 1, y}.
-export_record([shown]).

main() ->
    Lib = t:load("-module(ra_lib). -export([point/1, seen/1, pair/2]). -record #point{x, k = kk}. -record #seen{x, k = kk}. -export_record([seen]). -record #pair{x, p}. point(X) -> #point{x = X}. seen(X) -> #seen{x = X}. pair(X, P) -> #pair{x = X, p = P}.", []),
    Values = [#point{x = 1, y = 2}, #pair{x = 3, p = #point{x = 4}}, #shown{x = 5, y = 6}, Lib:point(7), Lib:seen(8), Lib:pair(9, 10), {point, 1, 2}, #{x => 1}, x, [], 1],
    [begin t:p(value, V), ?X(point_x(V)), ?X(point_none(V)), ?X(any_x(V)), ?X(any_k(V)), ?X(seen_x(V)), ?X(lib_point_x(V)), ?X(shown_x(V)), ?X(V#?MODULE:point.x), ?P(guards(V)), ?P(not_guards(V)) end || V <- Values],
    ?P((#pair{x = 1, p = #point{x = 2, y = 3}})#pair.p#point.y), ?X(nested(#pair{x = 1, p = 5})), ?X(nested(#pair{x = 1, p = #point{y = 9}})),
    ?P(t:st(fun() -> [point_x(?I(a))] end)), ?P(t:st(fun() -> [seen_x(#point{})] end)), ?P(t:st(fun() -> [any_k(#point{})] end)),
    ?P(length([P || P <- Values, P#_.x > 3])), ?P(length([P || P <- Values, is_record(P), P#point.x =:= 1])), t:unload(ra_lib), ?P([seen_x(lists:nth(5, Values)), any_k(lists:nth(5, Values))]).

point_x(R) -> R#point.x.
point_none(R) -> R#point.none.
any_x(R) -> R#_.x.
any_k(R) -> R#_.k.
seen_x(R) -> R#ra_lib:seen.x.
lib_point_x(R) -> R#ra_lib:point.x.
shown_x(R) -> R#?MODULE:shown.x.
nested(R) -> R#pair.p#point.y.

guards(R) when R#point.x =:= 1 -> local_point;
guards(R) when R#pair.x =:= 3, R#pair.p#point.x =:= 4 -> nested;
guards(R) when R#ra_lib:seen.x =:= 8 -> external;
guards(R) when R#_.x =:= 7; R#_.x =:= 5 -> any;
guards(R) when R#_.none =:= 1 -> none;
guards(_) -> no.

not_guards(R) when not (R#_.x =:= 1) -> other;
not_guards(R) when R#_.x =:= 1 orelse true -> one;
not_guards(_) -> no.
