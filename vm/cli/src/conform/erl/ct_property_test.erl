%% Suites of properties are skipped: the tools that they need are no part of OTP.
-module(ct_property_test).
-export([init_per_suite/1, init_tool/1, quickcheck/2, present_result/4, present_result/5]).

-define(WHY, "no tool for properties").

init_per_suite(_) -> {skip, ?WHY}.
init_tool(_) -> {skip, ?WHY}.
quickcheck(_, _) -> exit({skip, ?WHY}).
present_result(_, _, _, _) -> exit({skip, ?WHY}).
present_result(_, _, _, _, _) -> exit({skip, ?WHY}).
