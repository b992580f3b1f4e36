-module(errors_and_warnings).
-export([main/0]).

main() ->
    [begin R = (catch compile_text(S)), t:p(S, R) end || S <- ["-module(e). f() -> X.", "-module(e). -export([f/0]). f() -> g().", "-module(e). -export([f/1]). f(X) -> 1.", "-module(e). -export([f/0]). f() -> {ok, A} = {error, 1}, A.", "-module(e). -export([f/1]). f(X) when foo(X) -> 1.", "-module(e). f() -> 1. f() -> 2.", "-module(e). -export([f/0]). f() -> hd([]).", "-module(e). -export([f/1]). f(X) -> case X of Y -> Y; 1 -> z end.", "-module(e). -export([f/0]). f() -> #nope{}.", "-module(e). -export([f/0]). f() -> <<1:2/float>>.", "-module(e). -export([f/0, g/1]). f() -> 1.", "-module(e). -export([f/1]). f(X) -> try X catch a:b -> c end.", "-module(e). -export([f/0]). f() -> 1 + a.", "-module(e). -export([f/0]). f() -> fun(X) -> Y end.", "-module(e). -spec f(integer()) -> atom(). f() -> 1."]].

compile_text(S) -> {ok, T, _} = erl_scan:string(S), case compile:forms(forms(T), [return, binary]) of {ok, M, _, Ws} -> {ok, M, texts(Ws)}; {error, Es, Ws} -> {error, texts(Es), texts(Ws)} end.
texts(L) -> [lists:flatten(M:format_error(D)) || {_, Es} <- L, {_, M, D} <- Es].
forms([]) -> [];
forms(T) -> {L, [D | Rest]} = lists:splitwith(fun({dot, _}) -> false; (_) -> true end, T), {ok, F} = erl_parse:parse_form(L ++ [D]), [F | forms(Rest)].
