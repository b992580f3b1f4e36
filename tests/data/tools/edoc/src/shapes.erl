%% @author A. N. Author
%% @copyright nobody
%% @version 1.2
%% @doc Areas of <em>shapes</em>.
%%
%% A shape is `{square, Side}'; see {@link area/1} and {@section Others}.
%% == Others ==
%% <ul><li>circles</li></ul>
%% @end
-module(shapes).
-export([area/1, scale/2, old/0, inner/1, hidden/0]).
-export_type([shape/0]).
-type shape() :: {square, Side :: number()} | {circle, Radius :: float()}.
%% Something with an area.

%% @doc The area.
%% ```area({square, 2}) = 4'''
%% @see scale/2
-spec area(shape()) -> number().
area({square, Side}) -> Side * Side;
area({circle, Radius}) -> 3.14159 * Radius * Radius.

%% @doc Makes it larger. {@todo negative factors}
%% @throws {bad, term()}
-spec scale(shape(), Factor) -> shape() when Factor :: number().
scale({Kind, Size}, Factor) -> {Kind, Size * Factor}.

%% @deprecated Use {@link area/1}.
old() -> ok.

%% @private
-spec inner(atom()) -> [atom()].
inner(A) -> [A].

%% @hidden
hidden() -> ok.
