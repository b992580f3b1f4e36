%% How long do printing, scanning and parsing Erlang take?
%% result: by release
-module(sources).
-export([scale/0, run/1]).

scale() -> 6.

run(Rounds) -> run(Rounds, 0).

run(0, Sum) -> Sum;
run(Rounds, Sum) -> run(Rounds - 1, Sum + lists:sum([printed(Module) || Module <- [gen_server, string]])).

printed(Module) ->
    {ok, {_, [{abstract_code, {_, Forms}}]}} = beam_lib:chunks(code:which(Module), [abstract_code]),
    Text = lists:flatten([erl_pp:form(Form) || Form <- Forms, element(1, Form) =:= function]),
    {ok, Tokens, _} = erl_scan:string(Text),
    length([ok = parsed(Form) || Form <- forms(Tokens, [])]) + length(Tokens).

parsed(Tokens) ->
    {ok, _} = erl_parse:parse_form(Tokens),
    ok.

forms([], []) -> [];
forms([{dot, _} = Dot | Rest], Form) -> [lists:reverse([Dot | Form]) | forms(Rest, [])];
forms([Token | Rest], Form) -> forms(Rest, [Token | Form]).
