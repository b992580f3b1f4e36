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
    line(fun() -> replace(t:id(0), t:id(1)) end).

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
            t:p({Class, Reason, [{F, A, proplists:get_value(line, Info)} || {?MODULE, F, A, Info} <- Stack, F =/= line, is_integer(A)]})
    end.
