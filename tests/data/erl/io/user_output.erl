%% own_vm
-module(user_output).
-export([main/0]).

main() ->
    io:format(user, "to user ~ts~n", ["é€"]), io:put_chars("to leader\n"), io:format(standard_io, "std ~p~n", [1]), io:format(standard_error, "not seen~n", []), [io:format("line ~p ~s~n", [I, lists:duplicate(100, $x)]) || I <- lists:seq(1, 200)], spawn_link(fun() -> io:format("other process~n") end), timer:sleep(300), io:format("~n").
