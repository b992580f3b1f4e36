%% since: 29
-module(native_record_tests).
-export([main/0]).
-include("../../t.hrl").

main() ->
    M = t:load("-module(nrt). -export([mk/1, is/1, any/1, acc/1, upd/1]). -record #p{a, b = 2}. -record #q{a}. mk(p) -> #p{a = 1}; mk(q) -> #q{a = 3}. is(X) when is_record(X, p) -> p; is(X) when is_record(X, q) -> q; is(_) -> no. any(X) when is_record(X) -> yes; any(_) -> no. acc(X) -> X#p.a. upd(X) -> X#p{b = 5, a = 6}.", []), P = M:mk(p), Q = M:mk(q), ?P([M:is(X) || X <- [P, Q, {p, 1, 2}, x]]), ?P([M:any(X) || X <- [P, Q, {p, 1, 2}, x]]), ?P(M:acc(P)), ?X(M:acc(Q)), ?X(M:acc(x)), ?P(M:acc(M:upd(P))), ?X(M:upd(Q)), ?P(records:get_name(P)), ?P(records:get_module(P)), ?P(records:get_field_names(P)), ?P(records:is_exported(P)), ?X(records:get_name(x)), ?P(lists:sort([P, {}, #{}, [], Q, self()]) =:= [self(), {}, P, Q, #{}, []]), ?P(erlang:phash2(P) =:= erlang:phash2(M:mk(p))), io:format("~p ~w~n", [P, Q]), ?P(erts_debug:flat_size(Q)), Me = self(), spawn(fun() -> Me ! P end), receive R -> ?P(R =:= P) end, T = ets:new(t, []), ets:insert(T, {P, Q}), ?P(ets:lookup(T, P) =:= [{P, Q}]), ?P(ets:match(T, {P, '$1'}) =:= [[Q]]), t:unload(M).
