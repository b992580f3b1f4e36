%% Numbers at the start of a text, and what follows.
-module(text_numbers).
-export([main/0]).

main() ->
    Texts = ["12", "-7rest", "+3", "", "x", "1.5", "-0.25e3tail", "1.e3", "1e5", ".5", "1.5e", "1.0e400", [$1, 8364], [1 bsl 70], [a], a, "12" ++ [x], <<"12">>,
             [$1 | $2], "99999999999999999999", "- 1", "0x10"],
    [t:x({integer, Text}, fun() -> string:list_to_integer(Text) end) || Text <- Texts],
    [t:x({float, Text}, fun() -> string:list_to_float(Text) end) || Text <- Texts],
    Values = [0, 0.5, 1, -1, 2, -0.75, a, 1 bsl 1100],
    [t:x({Name, X}, fun() -> round_off(math:Name(t:id(X))) end) || Name <- [asin, atan, acos, cosh, sinh, tanh], X <- Values].

%% The last bits are the C library's.
round_off(F) -> list_to_float(float_to_list(F, [{scientific, 12}])).
