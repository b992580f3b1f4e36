%% own_vm
-module(numbers_at_their_end).
-export([main/0]).

%% The numbers of ports begin anew at their end.
main() ->
    logger:set_primary_config(level, error),
    erts_debug:set_internal_state(available_internal_state, true),
    Last = last(1 bsl 28 - 1),
    Numbers = [number(open_port({spawn, "true"}, [])) || _ <- lists:seq(1, 4)],
    t:p(hd(Numbers) =:= Last),
    t:p(lists:min(Numbers) < Last),
    t:p(length(lists:usort(Numbers))).

%% The last one that is free.
last(Number) ->
    case erts_debug:set_internal_state(next_port, Number) of
        Given when Given >= Number -> Given;
        _ -> last(Number - 1)
    end.

number(Port) ->
    "#Port<0." ++ Text = port_to_list(Port),
    list_to_integer(lists:droplast(Text)).
