-module(float_to_list_options).
-export([main/0]).
-include("../../t.hrl").

main() ->
    F = ?I(3.14159), 
    ?P(float_to_list(F)), ?P(float_to_list(F, [{decimals, 2}])), ?P(float_to_list(F, [{decimals, 0}])), ?P(float_to_list(F, [{decimals, 10}])), ?P(float_to_list(F, [{decimals, 10}, compact])),
    ?P(float_to_list(?I(7.0), [{decimals, 4}, compact])), ?P(float_to_list(F, [{scientific, 0}])), ?P(float_to_list(F, [{scientific, 5}])), ?P(float_to_list(F, [])), ?P(float_to_binary(F, [{scientific, 20}])),
    ?P(float_to_binary(F)), ?P(float_to_list(?I(0.5), [{decimals, 0}])), ?P(float_to_list(?I(1.5), [{decimals, 0}])), ?P(float_to_list(?I(2.5), [{decimals, 0}])), ?P(float_to_list(?I(-0.05), [{decimals, 1}])),
    ?P(float_to_list(?I(1.0e20), [{decimals, 3}])), ?P(float_to_list(?I(0.1), [{decimals, 30}])), ?P(float_to_list(?I(999.9999), [{decimals, 3}])), ?P(float_to_list(?I(9.999e-10), [{decimals, 5}])),
    ?X(float_to_list(F, [{decimals, -1}])), ?X(float_to_list(F, [{decimals, 254}])), ?X(float_to_list(F, [{scientific, 250}])), ?X(float_to_list(F, [foo])), ?X(float_to_list(?I(1), [short])), ?X(float_to_list(?I(a))), ?X(float_to_binary(F, x)),
    ?X(float_to_list(?I(1.0e300), [{decimals, 1}])).
