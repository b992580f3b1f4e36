-module(text_to_integer).
-export([main/0]).
-include("../../t.hrl").

main() ->
    Cases = ["0", "-0", "+7", "-7", "007", "", "-", "+", "1 ", " 1", "1.0", "a", "--1", "1_000", "576460752303423487", "576460752303423488", "-576460752303423488", "-576460752303423489", "99999999999999999999"],
    [t:x(S, fun() -> list_to_integer(S) end) || S <- Cases],
    [t:x(S, fun() -> binary_to_integer(list_to_binary(S)) end) || S <- Cases],
    ?X(list_to_integer("zZ", 36)), ?X(list_to_integer("2", 2)), ?X(list_to_integer("1", 1)), ?X(list_to_integer("1", 37)), ?X(list_to_integer("-1010", 2)), ?X(list_to_integer(?I(x), 10)), ?X(list_to_integer(?I([$1 | $2]))),
    ?X(binary_to_integer(<<"ff">>, 16)), ?X(binary_to_integer(<<"FG">>, 16)), ?X(binary_to_integer(?I(<<1:7>>))), ?X(integer_to_list(?I(1.0))), ?X(integer_to_list(?I(255), 16)), ?X(integer_to_list(?I(255), 1)), ?X(integer_to_binary(?I(-255), 36)), ?X(integer_to_binary(?I(a), 2)).
