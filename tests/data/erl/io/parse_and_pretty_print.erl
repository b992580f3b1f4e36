-module(parse_and_pretty_print).
-export([main/0]).
-include("../../t.hrl").

main() ->
    E = fun(S) -> {ok, T, _} = erl_scan:string(S), {ok, X} = erl_parse:parse_exprs(T), io:format("~ts~n", [erl_pp:exprs(X)]) end,
    [E(S) || S <- ["1+2*3.", "case X of {a,_} when X>1;Y -> b; _ -> c end.", "fun(X) when is_atom(X) -> X; (_) -> y end.", "[X||X<-L,X>1].", "<<X:8/little,Y/binary>>.", "try f() of 1 -> 2 catch throw:X:S -> S after g() end.", "#{a=>1,b:=2}.", "#r{a=1}.", "X#r.a.", "if true -> a; X -> b end.", "receive {a,B} -> B after 10 -> c end.", "begin a,b end.", "not (a and b) orelse -1.", "\"str\" \"ing\".", "fun m:f/1.", "'A b'(c).", "A = B ! C."]], F = fun(S) -> {ok, T, _} = erl_scan:string(S), {ok, X} = erl_parse:parse_form(T), io:format("~ts", [erl_pp:form(X)]) end, [F(S) || S <- ["-module(m).", "-record(r,{a=1::integer(),b}).", "-spec f(X) -> Y when X::atom(), Y::[X].", "-type t(A)::{a,A}|#{k=>A}.", "f(X,Y) when X>1 -> g(Y), h; f(_,_) -> k.", "-export([a/1,b/2])."]], ?P(element(1, erl_parse:parse_exprs([{atom, 1, a}]))), ?P(erl_parse:normalise({tuple, 1, [{atom, 1, a}, {cons, 1, {integer, 1, 1}, {nil, 1}}]})), ?P(erl_parse:abstract({a, [1, "s"], <<"b">>, #{k => 1.5}})), {error, {L, M, D}} = begin {ok, T2, _} = erl_scan:string("f( -> x."), erl_parse:parse_form(T2) end, ?P({L, lists:flatten(M:format_error(D))}).
