%% Lines and files of frames, with -file attributes and without line information.
-module(error_locations).
-export([main/0]).
-include("../../t.hrl").

main() ->
    M = t:load("-module(loc_m).\n-export([f/1, g/1]).\n-file(\"other.yrl\", 100).\nf(X) ->\n  Y = X + 1,\n  {Y, Y + a}.\n-file(\"loc_m.erl\", 50).\ng(X) -> [f(X)].\n", []), F = fun(G) -> try G() catch C:R:S -> {C, R, [{A, B, if is_list(D) -> length(D); true -> D end, I} || {A, B, D, I} <- S, A =:= M]} end end, ?P(F(fun() -> M:f(1) end)), ?P(F(fun() -> M:g(x) end)), code:purge(M), t:load("-module(loc_m). -export([f/1, g/1]). f(X) -> {X + a}. g(X) -> [f(X)].", [no_line_info]), ?P(F(fun() -> M:g(1) end)), t:unload(M).
