-module(process_info_names).
-export([main/0]).

%% What process_info/2 can be asked for, by one and the same name.
main() ->
    erts_debug:set_internal_state(available_internal_state, true),
    Names = erts_debug:get_internal_state(process_info_args),
    t:p(Names),
    t:p([Name || Name <- Names, {Other, _} <- [process_info(self(), Name)], Other =/= Name]),
    %% Other programs of the same machine find it as it was.
    erts_debug:set_internal_state(available_internal_state, false).
