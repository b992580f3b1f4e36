-module(plus).
-export([main/1]).
main(Arguments) ->
    io:format("plus ~p~n", [plus_helper:add(Arguments)]).
