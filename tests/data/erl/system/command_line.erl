%% flags: -my_flag a b -other -extra_x c -env OXT_VAR val
-module(command_line).
-export([main/0]).
-include("../../t.hrl").

main() ->
    ?P(init:get_argument(my_flag)), ?P(init:get_argument(other)), ?P(init:get_argument(extra_x)), ?P(os:getenv("OXT_VAR")), ?P(init:get_argument(noshell)), ?P([F || {F, _} <- init:get_arguments(), lists:member(F, [my_flag, other, extra_x])]), ?P(element(1, lists:keyfind(pz, 1, init:get_arguments()))).
