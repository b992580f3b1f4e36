-module(safe_option).
-export([main/0]).
-include("../../t.hrl").

main() ->
    A = list_to_binary(["surely_not_existing_", "atom_4711"]), B = <<131, 119, (byte_size(A)), A/binary>>, ?X(binary_to_term(B, [safe])), ?P(binary_to_term(term_to_binary({ok, [error]}), [safe])), ?X(binary_to_term(<<131, 113, 119, 1, $l, 119, 9, "not_there", 97, 1>>, [safe])), ?X(binary_to_term(<<131, 113, 119, 10, "no_mod_yet", 119, 9, "not_there", 97, 1>>, [safe])), ?P(binary_to_term(term_to_binary(fun lists:map/2), [safe])), ?P(is_atom(binary_to_term(B))), ?P(binary_to_term(B, [safe]) =:= binary_to_term(B)), ?P(binary_to_term(<<(term_to_binary(ok))/binary, 1, 2>>, [safe, used])), ?X(binary_to_term(B, ?I(x))).
