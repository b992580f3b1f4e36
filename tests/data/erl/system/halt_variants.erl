%% own_vm
-module(halt_variants).
-export([main/0]).

main() ->
    io:format("before~n"), spawn(fun() -> timer:sleep(5), halt(7, [{flush, true}]) end), receive after 5000 -> io:format("never~n") end.
