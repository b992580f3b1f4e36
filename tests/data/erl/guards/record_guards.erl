-module(record_guards).
-export([main/0]).
-include("../../t.hrl").
-record(r, {a, b = 2, c}).
-record(s, {x}).

main() ->
    R = #r{a = 1}, 
    ?P([f(X) || X <- ?I([R, R#r{a = 5}, #s{x = 1}, {r, 1, 2}, {r, 1, 2, 3, 4}, r, {s, 1.0}])]), ?P(R#r.b), ?P(R#r{b = 7, c = x}), ?P(#r.c), ?P(record_info(fields, r)), ?P(record_info(size, r)),
    ?X((?I({r, 1}))#r.a), ?X((?I(x))#r{a = 1}), ?X((?I(R))#s.x), ?X(is_record(?I(R), r)), ?P([X || #s{x = X} <- ?I([#s{x = 1}, R, #s{x = 2}])]), ?P(#r{_ = all}).

f(#r{a = 1, b = B}) -> {one, B};
f(R) when is_record(R, r), R#r.a > 3 -> {big, R#r.a};
f(#s{x = X}) when is_integer(X) -> {s, X};
f(R) when is_record(R, r) -> r;
f(S) when is_record(S, s) -> s;
f(_) -> other.
