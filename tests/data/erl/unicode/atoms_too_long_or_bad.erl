%% Text that is no UTF-8 behind more characters than an atom may have: what is said first.
-module(atoms_too_long_or_bad).
-export([main/0]).

main() ->
    [t:x({Name, N, Bad}, fun() -> apply(erlang, Name, [<<0:N/unit:8, Bad/binary>>, utf8]), made end)
     || Name <- [binary_to_atom, binary_to_existing_atom], N <- [0, 1, 254, 255, 256, 512], Bad <- [<<255>>, <<255, 0>>, <<194>>]].
