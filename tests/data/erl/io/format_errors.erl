-module(format_errors).
-export([main/0]).
-include("../../t.hrl").

main() ->
    [?X(io:format(A, B)) || {A, B} <- [{"~p", []}, {"~p", [1, 2]}, {"~q", [1]}, {"~s", [1]}, {"~s", [[a]]}, {"~c", [a]}, {"~b", [1.0]}, {"~f", [a]}, {"~e", [1]}, {"~.99999b", [1]}, {"~s", [[256]]}, {"~ts", [<<255>>]}, {"~p", a}, {a, b}, {"~*p", [a, b]}, {"~", []}, {"~5", []}, {1, []}, {"~.1b", [3]}, {"~.37b", [3]}, {"~g", [x]}, {"~i", []}]], ?X(io_lib:format("~p ~p", [1])), ?X(io_lib:fwrite("~w", [])), ?X(io:put_chars(a)), ?X(io:put_chars([a])), ?X(io:format(no_device, "x", [])), ?X(io:nl(list_to_pid("<0.99999.0>"))).
