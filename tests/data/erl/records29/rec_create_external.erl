%% since: 29
%% Records of another module: the definition that is current counts, and what may be wrong with it.
-module(rec_create_external).
-export([main/0]).
-include("../../t.hrl").

main() ->
    ?X(new()), ?X(with_a(1)), ?X(records:get_definition(rce_lib, thing)),
    load("-record #thing{a, b = 2, c = [x]}. -export_record([thing])."),
    ?P(with_a(1)), ?P(all(1, 2, 3)), ?X(new()), ?X(t:id(1, with_b(3))), ?X(unknown_field(1)), ?X(unknown_and_missing(1)), ?X(false_field(1)),
    ?P(t:st(fun() -> {new(), 1} end)), ?X(no_such_record()),
    Old = with_a(old),
    load("-record #thing{c = 30, z = zed, a = 10}. -export_record([thing])."),
    ?P(new()), ?P(with_a(1)), ?X(with_b(1)), ?X(all(1, 2, 3)), ?P(Old), ?P(Old =:= with_a(old)),
    load("-record #thing{a = 1}."),
    ?X(with_a(1)), ?X(new()), ?P(rce_lib:make(5)), ?P(rce_lib:make(5) =:= Old), ?P(Old),
    load("-record #other{x = 1}. -export_record([other])."),
    ?X(with_a(1)), ?P(#rce_lib:other{}), ?P(#rce_lib:other{x = ?I(2)}),
    load("-record #thing{a = 1}. -export_record([thing])."),
    ?P(with_a(1)), code:purge(rce_lib), ?P(code:delete(rce_lib)), ?X(with_a(1)), code:purge(rce_lib), ?X(with_a(1)), ?P(Old),
    load("-record #thing{}. -export_record([thing])."), ?P(new()), ?X(with_a(1)), t:unload(rce_lib), ?X(new()).

%% The compiler warns of what it can't see.
new() -> #rce_lib:thing{}.
with_a(A) -> #rce_lib:thing{a = A}.
with_b(B) -> #rce_lib:thing{b = B}.
all(A, B, C) -> #rce_lib:thing{c = C, b = B, a = A}.
unknown_field(A) -> #rce_lib:thing{a = A, nope = A}.
unknown_and_missing(A) -> #rce_lib:thing{nope = A}.
false_field(A) -> #rce_lib:thing{zzz_nope = A, false = A, a = A}.
no_such_record() -> #rce_lib:nothing{a = 1}.

load(Definition) ->
    Make = case Definition of
               "-record #thing{a" ++ _ -> "make(A) -> #thing{a = A}.";
               _ -> "make(A) -> A."
           end,
    code:purge(rce_lib),
    t:load("-module(rce_lib). -export([make/1]). " ++ Definition ++ " " ++ Make, []).
