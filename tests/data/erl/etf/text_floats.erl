%% Floats that are texts of 31 bytes, and bitstrings whose last byte has no bits.
-module(text_floats).
-export([main/0]).

main() ->
    Texts = ["1.5", "-1.5e-3", "+1.5", "1.5x", "1.5e", "1.5 ", " 1.5", "\n1.5", "1e5", ".5", "5.", "5", "", "inf", "nan", "0x10", "1.0e999", "1.0e-999",
             "4.9e-324", "1.0e-320", "1.00000000000000000000e+00", "-0.0", "1.5\0abc"],
    [t:x(Text, fun() -> decoded(Text) end) || Text <- Texts],
    Full = "1.0000000000000000000000000e+01",
    31 = length(Full),
    t:x(fun() -> binary_to_term(iolist_to_binary([131, 104, 2, 99, Full, 99, "1.5", lists:duplicate(28, 0)])) end),
    [t:x({Count, Last}, fun() -> binary_to_term(<<131, 77, Count:32, Last, (binary:copy(<<255>>, Count))/binary>>) end)
     || Count <- [0, 1, 2], Last <- [0, 1, 5, 8, 9]].

decoded(Text) ->
    binary_to_term(iolist_to_binary([131, 99, Text, lists:duplicate(31 - length(Text), 0)])).
