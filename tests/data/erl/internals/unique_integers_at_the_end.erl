%% own_vm
-module(unique_integers_at_the_end).
-export([main/0]).

%% Monotonic integers beyond those of 64 bits with a sign.
main() ->
    logger:remove_handler(default),
    erts_debug:set_internal_state(available_internal_state, true),
    First = erts_debug:get_internal_state(min_unique_monotonic_integer),
    [begin
        erts_debug:set_internal_state(unique_monotonic_integer_state, N - First - 1),
        io:format("~p~n", [[erlang:unique_integer([monotonic]) || _ <- [1, 2, 3]]])
     end || N <- [First, -1, (1 bsl 59) - 2, (1 bsl 63) - 2]].
