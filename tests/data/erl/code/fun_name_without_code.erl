-module(fun_name_without_code).
-export([main/0]).

%% A fun whose code is gone, or was never there, has no name; it has it again when the code is back.
main() ->
    Name = fun_name_without_code_other,
    {ok, Name, Code} = compile:forms([
        {attribute, 1, module, Name}, {attribute, 2, export, [{make, 0}]},
        {function, 3, make, 0, [{clause, 3, [], [], [{'fun', 3, {clauses, [{clause, 3, [{var, 3, 'X'}], [], [{tuple, 3, [{var, 3, 'X'}]}]}]}}]}]}
    ]),
    {module, Name} = code:load_binary(Name, "other", Code),
    Fun = Name:make(),
    t:p({erlang:fun_info(Fun, name), Fun(1)}),
    true = code:delete(Name),
    t:p({erlang:fun_info(Fun, name), Fun(2)}),
    code:purge(Name),
    t:p([erlang:fun_info(Fun, Item) || Item <- [name, module, arity, type]]),
    {module, Name} = code:load_binary(Name, "other", Code),
    t:p({erlang:fun_info(Fun, name), Fun(3)}),
    true = code:delete(Name),
    code:purge(Name).
