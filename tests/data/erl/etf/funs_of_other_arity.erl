%% An external term may name a fun of a module with another arity: the module's own fun is none the worse for it, and the module
%% can be loaded afterwards.
-module(funs_of_other_arity).
-export([main/0]).

main() ->
    Mine = fun(A, B) -> {A, B} end,
    <<131, 112, Size:32, 2, Rest/binary>> = term_to_binary(Mine),
    Other = binary_to_term(<<131, 112, Size:32, 3, Rest/binary>>),
    t:p([is_function(Other), is_function(Other, 2), is_function(Other, 3)]),
    t:p(erlang:fun_info(Other, arity)),
    t:p(Mine(1, 2)),
    {ok, Tokens, _} = erl_scan:string("-module(funs_later). -export([f/0]). f() -> fun(X) -> {later, X} end."),
    {ok, M, Code} = compile:forms(forms(Tokens, [], []), [deterministic]),
    {module, M} = code:load_binary(M, "funs_later", Code),
    <<131, 112, Size1:32, 1, Rest1/binary>> = term_to_binary(M:f()),
    true = code:delete(M),
    code:purge(M),
    Unknown = binary_to_term(<<131, 112, Size1:32, 7, Rest1/binary>>),
    t:p(erlang:fun_info(Unknown, arity)),
    t:p(code:load_binary(M, "funs_later", Code)),
    t:p((M:f())(1)).

forms([{dot, _} = Dot | Rest], Form, Forms) ->
    {ok, Parsed} = erl_parse:parse_form(lists:reverse([Dot | Form])),
    forms(Rest, [], [Parsed | Forms]);
forms([Token | Rest], Form, Forms) -> forms(Rest, [Token | Form], Forms);
forms([], [], Forms) -> lists:reverse(Forms).
