%% Of the options that say the form, the last one counts, and only its number of digits is looked at.
-module(float_to_list_last_option).
-export([main/0]).

main() ->
    [t:x(fun() -> float_to_list(t:id(Float), t:id(Options)) end) ||
        Float <- [1.5, -1.5e300, 1.0e20],
        Options <- [[{scientific, -1}], [{scientific, 249}], [{scientific, 250}], [{scientific, 1000}], [{decimals, 253}], [{decimals, 254}],
            [{decimals, 255}, compact], [{decimals, 300}, short], [short, {decimals, 2}], [{decimals, 2}, short],
            [{decimals, -3}, {scientific, 2}], [{decimals, 4}, {scientific, -3}], [{decimals, 254}, {decimals, 0}], [{x, 1}, short],
            [{decimals, 1 bsl 70}, short], [{decimals, 1, 2}], [{decimals, a}, short]]].
