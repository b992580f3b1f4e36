%% since: 27
-module(local_option).
-export([main/0]).
-include("../../t.hrl").

main() ->
    T = {self(), make_ref(), [a, "b", 1.5, 1 bsl 70]}, B = term_to_binary(T, [local]), ?P(binary:part(B, 0, 2)), ?P(binary_to_term(B) =:= T), <<H:3/binary, X, R/binary>> = B, ?X(binary_to_term(?I(<<H/binary, (X bxor 1), R/binary>>))), ?X(binary_to_term(?I(binary:part(B, 0, byte_size(B) - 1)))).
