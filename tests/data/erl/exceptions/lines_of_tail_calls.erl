%% The loader leaves out the line of a tail call whose last argument is moved into place; what fails behind it without a line of
%% its own shows the line in front.
-module(lines_of_tail_calls).
-export([main/0, get/2, split/2, replace/2]).

main() ->
    line(fun() -> get(t:id(0), t:id(0)) end),
    line(fun() -> get(t:id(true), t:id(0)) end),
    line(fun() -> split(t:id(0), t:id(0)) end),
    line(fun() -> split(t:id(0), t:id(<<1>>)) end),
    line(fun() -> split(t:id(0), t:id(<<>>)) end),
    line(fun() -> replace(t:id(0), t:id(0)) end),
    line(fun() -> replace(t:id(0), t:id(1)) end),
    line(fun() -> (constant()):behind(t:id(0)) end).

get(V, _) ->
    got(V,
        []).

got(V, []) when V ->
    io_lib:format(
        []);
got(V, _) ->
    maps:get(V,
        []).

split(_, <<_/binary>>) ->
    [];
split(_, V) ->
    lists:splitwith([],
        V),
    [].

replace(_, 0) ->
    binary:replace([], [],
        [], []);
replace(_, _) ->
    element(1,
        []).

line(Fun) ->
    try t:p(Fun())
    catch
        Class:Reason:Stack ->
            t:p({Class, Reason, [{F, A, proplists:get_value(line, Info)} || {M, F, A, Info} <- Stack, M =:= ?MODULE orelse M =:= constant, F =/= line, is_integer(A)]})
    end.

%% A fun without variables is such an argument too, where it is a constant. `tl` has no line of its own here.
constant() ->
    Form = {function, 1, behind, 1, [{clause, 15, [{var, 14, 'A'}], [], [
        {'receive', 24,
            [{clause, 25, [{var, 25, 'B'}], [[{var, 25, 'B'}]], [
                {call, 38, {remote, 38, {atom, 38, lists}, {atom, 38, takewhile}},
                    [{'fun', 27, {clauses, [{clause, 28, [{var, 28, '_'}], [], [{atom, 30, true}]}]}}]}]}],
            {integer, 39, 0},
            [{call, 40, {atom, 40, tl}, [{nil, 40}]}]}]}]},
    Attributes = [{attribute, 1, file, {"constant.erl", 1}}, {attribute, 1, module, constant}, {attribute, 1, export, [{behind, 1}]}],
    {ok, constant, Beam} = compile:forms(Attributes ++ [Form], [no_bopt, binary, deterministic]),
    {module, constant} = code:load_binary(constant, "constant.beam", Beam),
    constant.
