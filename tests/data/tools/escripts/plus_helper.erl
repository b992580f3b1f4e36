-module(plus_helper).
-export([add/1]).
add(Arguments) -> lists:sum([list_to_integer(Argument) || Argument <- Arguments]).
