-module(trace_calls).
-export([main/0, add/2, outer/1, inner/1, tail/1, fails/1, catches/1, loop/1, clause/1, binary/1, waits/0]).
-include("../../t.hrl").

add(A, B) -> A + B.
outer(X) -> Y = inner(X), Y + 1.
inner(X) -> add(X, 10).
tail(0) -> done;
tail(N) -> tail(N - 1).
fails(X) -> inner(hd(X)).
catches(X) -> try ?MODULE:fails(X) of V -> V catch C:R -> {C, R} end.
loop(0) -> [];
loop(N) -> [N | loop(N - 1)].
clause(a) -> ok.
binary(B) -> bytes(B, 0).
bytes(<<X, R/binary>>, S) -> bytes(R, S + X);
bytes(<<>>, S) -> S.
waits() -> receive stop -> ok; _ -> waits() end.

traced(Flags, Fun) ->
    Me = self(),
    {P, M} = spawn_monitor(fun() -> Me ! {ready, self()}, receive go -> Fun() end end),
    receive {ready, P} -> ok end,
    1 = erlang:trace(P, true, Flags),
    P ! go,
    receive {'DOWN', M, _, _, _} -> ok end,
    R = erlang:trace_delivered(P),
    collect(P, R).
collect(P, R) ->
    receive
        {trace_delivered, P, R} -> [];
        Message -> [Message | collect(P, R)]
    end.

show(What, Messages) ->
    t:p(What),
    [t:p(M) || M <- Messages].

with(What, Pattern, Spec, Kind, Flags, Fun) ->
    erlang:trace_pattern(Pattern, Spec, Kind),
    show(What, traced(Flags, Fun)),
    erlang:trace_pattern(Pattern, false, Kind).

main() ->
    All = {?MODULE, '_', '_'},
    RT = [{'_', [], [{return_trace}]}],
    XT = [{'_', [], [{exception_trace}]}],
    with(local, All, true, [local], [call], fun() -> outer(1) end),
    with(local_arity, All, true, [local], [call, arity], fun() -> outer(1) end),
    with(global, All, true, [], [call], fun() -> ?MODULE:outer(1), outer(2) end),
    with(global_return, All, RT, [], [call], fun() -> ?MODULE:outer(1), outer(2) end),
    with(returns, All, RT, [local], [call], fun() -> outer(1), tail(2), loop(2) end),
    with(return_to, All, true, [local], [call, return_to], fun() -> outer(1), tail(2), loop(2) end),
    with(return_to_and_trace, All, RT, [local], [call, return_to], fun() -> outer(1), loop(1) end),
    with(exceptions, All, XT, [local], [call], fun() -> catches([1]), catches([]), catches([a]) end),
    with(exceptions_return_to, All, XT, [local], [call, return_to], fun() -> catches([]) end),
    with(return_trace_only, All, RT, [local], [call], fun() -> catches([]) end),
    with(dies, All, XT, [local], [call], fun() -> catch clause(b), exit(fails(catch_me([1]))) end),
    with(native, {lists, reverse, 2}, RT, [local], [call, return_to], fun() -> lists:reverse([1, 2]) end),
    with(native_global, {lists, reverse, 2}, RT, [], [call], fun() -> lists:reverse([1, 2]) end),
    with(native_fails, {erlang, list_to_integer, 1}, XT, [local], [call, return_to], fun() -> catch list_to_integer(t:id("x")) end),
    with(native_fails_traced, {erlang, list_to_integer, 1}, XT, [local], [call],
        fun() -> exit({caught, [setelement(4, F, []) || F <- lists:sublist(element(2, t:id(fail())), 2)]}) end),
    with(match_context, {?MODULE, bytes, 2}, true, [local], [call], fun() -> binary(<<1, 2>>) end),
    with(head, {?MODULE, add, 2}, [{['$1', 10], [{'>', '$1', 1}], []}], [local], [call], fun() -> [inner(N) || N <- [1, 2, 3]] end),
    with(message, {?MODULE, add, 2}, [{['$1', '_'], [], [{message, {{value, '$1'}}}]}], [local], [call], fun() -> inner(5) end),
    with(message_false, {?MODULE, add, 2}, [{'_', [], [{message, false}, {return_trace}]}], [local], [call], fun() -> inner(5) end),
    with(caller, {?MODULE, add, 2}, [{'_', [], [{message, {caller}}]}], [local], [call], fun() -> outer(5), loop(0) end),
    with(caller_of_first, {?MODULE, outer, 1}, [{'_', [], [{message, {caller}}]}], [local], [call], fun() -> X = outer(5), X end),
    with(caller_line, {?MODULE, inner, 1}, [{'_', [], [{message, {caller_line}}]}], [local], [call], fun() -> outer(5) end),
    with(silent, All, [{[2], [], [{silent, false}, {return_trace}]}, {[3], [], [{silent, true}]}, {'_', [], []}], [local], [call, silent],
        fun() -> outer(1), outer(2), outer(3), outer(4) end),
    with(disable, All, [{[2], [], [{disable_trace, call}]}, {'_', [], []}], [local], [call], fun() -> outer(1), outer(2), outer(3) end),
    with(enable_arity, All, [{[2], [], [{enable_trace, arity}]}, {'_', [], []}], [local], [call], fun() -> outer(1), outer(2), outer(3) end),
    with(trace, All, [{[2], [], [{trace, [call], [arity]}]}, {'_', [], []}], [local], [call], fun() -> outer(1), outer(2), outer(3) end),
    with(control_word, {?MODULE, add, 2}, [{'_', [], [{message, {{{set_tcw, 17}, {get_tcw}}}}]}], [local], [call], fun() -> inner(5) end),
    erlang:system_flag(trace_control_word, 0),
    with(timestamps, {?MODULE, add, 2}, true, [local], [call, timestamp], fun() -> ok end),
    with(receive_loop, {?MODULE, waits, 0}, RT, [local], [call],
        fun() -> S = self(), spawn(fun() -> S ! a, S ! b, S ! stop end), waits() end),
    with(fun_call, All, true, [local], [call], fun() -> F = fun ?MODULE:add/2, F(1, 2), apply(?MODULE, add, [3, 4]), lists:map(fun inner/1, [1]) end),
    ok.

catch_me(X) -> X.
fail() -> try list_to_integer(t:id("x")) catch _:_:S -> {error, S} end.
