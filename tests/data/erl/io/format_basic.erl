-module(format_basic).
-export([main/0]).

main() ->
    F = fun(A, B) -> t:x(A, fun() -> lists:flatten(io_lib:format(A, B)) end) end,
    F("~p ~w", [{a, "str", [1, 2], <<"b">>, 1.5}, {a, "str", [1, 2], <<"b">>, 1.5}]), F("~s|~10s|~-10s|~.3s|~10.3s|~10.3.*s|~*s", ["abc", "abc", "abc", "abcdef", "abcdef", $., "abcd", 6, "x"]), F("~c~c~3c~5.2c", [$a, 229, $x, $y]), F("~tc", [8364]), F("~b ~B ~.16b ~.16B ~5b ~-5b| ~5..0b ~.2b", [10, -10, 255, 255, 42, 42, 42, 5]), F("~x ~X ~.16# ~.2+ ~#", [10, "p-", 10, "p-", 255, 5, 10]), F("~f ~.2f ~10.3f ~-10.3f| ~.1f", [1.5, 3.14159, 2.5, 2.5, 2.0]), F("~e ~.3e ~12.4e", [1.5, 12345.678, 0.00012]), F("~g ~.3g ~g ~g", [1.5, 1.0e10, 1.0e-5, 100000.0]), F("~i~w", [skipped, shown]), F("~~ ~n", []), F("~5w|~-5w|~.3w|~10.2w", [ab, ab, abcdef, abcdef]), F("~5p|~8p|", [a, b]), F("~a", [atom]), F("~8.8.0b ~3.3.xs", [5, "a"]), io:format("no args~n"), io:format('atom format~n'), io:format(<<"binary ~p~n">>, [x]).
