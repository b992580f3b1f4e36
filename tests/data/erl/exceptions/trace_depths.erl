%% Traces at each small depth, of errors of all kinds.
-module(trace_depths).
-export([main/0, f/1]).
-include("../../t.hrl").

main() ->
    [begin
         Old = erlang:system_flag(backtrace_depth, D),
         Ss = [try {_, _} = {f(K), x} catch C:_:S -> {C, S} end || K <- lists:seq(0, 14)],
         erlang:system_flag(backtrace_depth, Old),
         [?P({D, K, C, [{M, F, A} || {M, F, A, _} <- S, M =/= t, M =/= runner, hd(atom_to_list(F)) =/= $-]}) || {K, {C, S}} <- lists:zip(lists:seq(0, 14), Ss)]
     end || D <- [0, 1, 2, 3]].

f(K) -> {b(K), ok}.
b(0) -> atom_to_list(?I(1)), ok;
b(1) -> error(x), ok;
b(2) -> error(x, ?I([a | b])), ok;
b(3) -> b(k), ok;
b(4) -> _ = 1 div ?I(0), ok;
b(5) -> erlang:raise(error, x, [{a, b, 1}, {c, d, 2}, {e, f, 3}, {g, h, 4}]), ok;
b(6) -> no_such_module:x(1), ok;
b(7) -> (?I(fun(A) -> A end))(), ok;
b(8) -> throw(x), ok;
b(9) -> error(x, ?I(bad)), ok;
b(10) -> {a, _} = ?I(x), ok;
b(11) -> lists:keyfind(1, 0, ?I([])), ok;
b(12) -> lists:member(1, ?I(1)), ok;
b(13) -> erlang:error(x, none, [{error_info, #{}}]), ok;
b(14) -> binary:part(?I(<<1>>), 1, 1), ok.
