-module(text_to_float).
-export([main/0]).
-include("../../t.hrl").

main() ->
    Good = ["1.0", "-1.0", "+1.0", "0.0", "-0.0", "1.0e10", "1.0E10", "1.0e+10", "1.0e-10", "00012.50", "123456789012345678901234567890.0", "1.7976931348623157e308", "2.4703282292062328e-324", "5.0e-324", "0.1e1", "9007199254740993.0"],
    Bad = ["", "1", "1.", ".5", "1.0e", "1.0e+", "1e5", " 1.0", "1.0 ", "1.0x", "--1.0", "1,0", "inf", "nan", "1.0e400", "0x1.0", "1.0.0", "1.0e5.0"],
    [t:x(S, fun() -> {list_to_float(S), binary_to_float(list_to_binary(S))} end) || S <- Good],
    [t:x(S, fun() -> list_to_float(S) end) || S <- Bad],
    [t:x(S, fun() -> binary_to_float(list_to_binary(S)) end) || S <- Bad],
    ?X(list_to_float(?I(a))), ?X(list_to_float(?I([$1, a]))), ?X(binary_to_float(?I("1.0"))), ?X(binary_to_float(?I(<<1:3>>))),
    ?P(string:to_float("1.5rest")), ?P(string:to_float("x")), ?P(string:to_float("1")), ?P(string:to_integer("-12ab")), ?P(string:to_integer("")).
